"""What the API says is fit for a card and a log: masked, cut (I9)."""

from executor.errors import error_of

SECRET = "hunter2-Xq9-hunter2"


def test_a_refusals_message_is_masked_everywhere_it_can_be_read() -> None:
    said = {"message": f'admission webhook "x" denied: DB_PASSWORD={SECRET}', "reason": "Forbidden"}
    for status in (401, 403, 404, 409, 410, 422, 429, 500):
        error = error_of(status, said)
        assert "admission webhook" in error.message
        assert SECRET not in f"{error!r} {error} {error.message}"


def test_a_secret_across_the_cut_is_masked_before_the_cut() -> None:
    for before in range(960, 1000):
        error = error_of(422, {"message": "x" * before + f" postgres://shop:{SECRET}@db:5432/shop"})
        assert len(error.message) <= 1000
        assert "hunter2" not in error.message
