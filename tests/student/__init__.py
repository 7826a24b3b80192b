"""What the model that ships must do better than the rules, and what must change its answers or mustn't."""
