"""What Flowmon ADS says: its methods, and the detail of its events in every form and version."""
