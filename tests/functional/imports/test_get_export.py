"""Following an export, and fetching its file."""

import pytest
import requests

from mall import ids
from mall.imports.model import Format
from tests.functional.imports.conftest import Desk, opened, tea


@pytest.mark.parametrize("format", Format)
def test_a_finished_export_is_fetched_by_its_link_as_a_file(desk: Desk, format: Format) -> None:
    desk.lines(tea())
    content = desk.take_out(format)
    (job,) = desk.invoke("imports.list_exports", caller=desk.caller).body["items"]

    fetched = requests.get(job["url"], timeout=5)

    assert (job["state"], job["total"], fetched.content) == ("finished", 1, content)
    assert fetched.headers["content-disposition"] == f'attachment; filename="products-{job["id"]}.{format}"'
    assert fetched.headers["content-type"] == format.content_type


def test_an_export_of_another_merchant_or_of_nothing_is_not_there(desk: Desk) -> None:
    export_id = desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"}).body["id"]
    import_id = desk.ask(Format.CSV)
    other = opened(Desk(desk.invoke, desk.run))

    asked = ((other, export_id), (desk, import_id), (desk, ids.new("exp")))
    answers = [one.invoke("imports.get_export", caller=one.caller, path={"export_id": id}) for one, id in asked]

    assert [answer.code for answer in answers] == ["NoSuchJob"] * 3
