"""What a session would measure afresh is priced by its factors, so that no check waits for a night's training."""

from reproduce.experiments import dcnn
from reproduce.record import Store
from reproduce.running.request import Request
from reproduce.verdicts.plugin import answers, session

FROZEN = {"backbone": "MobileNetV2", "weights": "none"}
WHOLE = {**FROZEN, "trainable": "full", "size": 128}


def test_a_whole_training_is_dearer_than_any_check(tmp_path, monkeypatch):
    """Without a record fourteen whole trainings are not begun within six minutes, a head on kept features may be."""
    monkeypatch.setattr(answers, "unavailable", lambda request: "")
    made = answers.Source(Store(tmp_path), lambda *_: None, set())
    requests = [
        Request(dcnn.embed, "LionData", dcnn.embed.factors(**factors), range(14)) for factors in (FROZEN, WHOLE)
    ]
    costs, urgent = session._costs(made, requests)
    frozen, whole = (costs[request.key] for request in requests)
    assert frozen < 360 < whole
    assert set(urgent) == set(costs)
