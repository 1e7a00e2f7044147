"""What a session would measure afresh is priced by its factors, so that no check waits for a night's training."""

from reproduce.experiments import dcnn
from reproduce.record import Store
from reproduce.running.inputs import Inputs
from reproduce.running.request import Request
from reproduce.verdicts.plugin import answers, session

FROZEN = {"backbone": "MobileNetV2", "weights": "none"}
WHOLE = {**FROZEN, "trainable": "full", "size": 128}


def test_a_whole_training_is_dearer_than_any_check(tmp_path, monkeypatch):
    """Without a record fourteen whole trainings are not begun within six minutes, a head on kept features may be."""
    monkeypatch.setattr(answers.Source, "unavailable", lambda self, request: "")
    made = answers.Source(Store(tmp_path), lambda *_: None, set())
    requests = [
        Request(dcnn.embed, "LionData", dcnn.embed.factors(**factors), range(14)) for factors in (FROZEN, WHOLE)
    ]
    costs, urgent = session._costs(made, requests)
    frozen, whole = (costs[request.key] for request in requests)
    assert frozen < 360 < whole
    assert set(urgent) == set(costs)


def test_what_is_here_is_looked_for_once(tmp_path, monkeypatch):
    """Hundreds of claims on one data set look for it on the disk once, whatever their factors."""
    looked = []
    monkeypatch.setattr(Inputs, "hashes", lambda self: looked.append(self) or {})
    made = answers.Source(Store(tmp_path), lambda *_: None, set())
    for dim in (16, 32, 64):
        made.kept(Request(dcnn.embed, "LionData", dcnn.embed.factors(**FROZEN, dim=dim), range(14)))
    assert len(looked) == 1
