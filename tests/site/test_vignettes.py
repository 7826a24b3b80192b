"""Careful readers of the annotated cases agree with what the sites decide."""

from __future__ import annotations

import json

from adscribe.sensors import Report, read
from adscribe.site import Site
from tests.shared import shared_path


def test_what_a_site_explains_has_no_category_and_what_it_forbids_is_not_benign() -> None:
    folder = shared_path("vignettes")
    sites = {path.stem: Site.load(path) for path in (folder / "sites").glob("*.yaml")}
    explained = forbidden = 0
    for line in (folder / "vignettes.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        site, answer = sites[case["site"]], case["answer"]
        (report,) = read([case["events"][-1]], zone=site.timezone)
        assert isinstance(report, Report)
        if (decision := site.allowed(report.event) or site.known_cause(report.event)) is not None:
            explained += 1
            benign = decision.cause in {None, "maintenance", "load_test", "failover", "learning"}
            expected = "benign" if benign else "misconfiguration"
            assert expected in [answer["no_category"], *answer["acceptable_no_category"]], case["case"]
        if site.forbidden(report.event) is not None:
            forbidden += 1
            assert answer["no_category"] != "benign", case["case"]
    assert explained >= 10
    assert forbidden >= 5
