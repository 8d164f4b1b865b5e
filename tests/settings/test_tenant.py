"""Tenant files: validated, pointed anywhere, and without a secret in them."""

from pathlib import Path

import pytest

from settings.secrets import environment_name, secret
from settings.tenant import SettingsError, Tenant, load_tenant

SMALLEST = """
[exact]
division = 102030
client_id = "{c}"
[optiply]
account_id = 1
coupling_id = 2
"""


def write(folder: Path, text: str, name: str = "shop") -> Path:
    file = folder / "tenants" / f"{name}.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def shop(folder: Path, text: str = SMALLEST) -> Tenant:
    return load_tenant(str(write(folder, text)))


def test_the_smallest_file_is_enough_and_the_rest_has_defaults(tmp_path: Path) -> None:
    tenant = shop(tmp_path)
    assert tenant.name == "shop"
    assert tenant.exact.base_url == "https://start.exactonline.nl"
    assert tenant.exact.effective_token_url == "https://start.exactonline.nl/api/oauth2/token"
    assert tenant.exact.spacing_seconds == 1.01
    assert tenant.optiply.base_url == "https://api.optiply.com/v1"
    assert tenant.optiply.token_url == "https://dashboard.optiply.nl/api/auth/oauth/token"
    assert tenant.warehouse_path == tmp_path / "data/shop/warehouse.duckdb"
    assert tenant.published_path.name == tenant.warehouse_path.name
    assert tenant.published_path.parent != tenant.warehouse_path.parent


def test_every_base_url_can_be_pointed_elsewhere(tmp_path: Path) -> None:
    tenant = shop(
        tmp_path,
        SMALLEST.replace("[optiply]", 'base_url = "http://127.0.0.1:1"\n[optiply]')
        + 'base_url = "http://127.0.0.1:2/v1"\ntoken_url = "http://127.0.0.1:2/token"\n'
        + '[wms]\nmontapacking_base_url = "http://127.0.0.1:3"\nqls_base_url = "http://127.0.0.1:4"\n',
    )
    assert tenant.exact.effective_token_url == "http://127.0.0.1:1/api/oauth2/token"
    assert tenant.optiply.base_url == "http://127.0.0.1:2/v1"
    assert tenant.wms.qls_base_url == "http://127.0.0.1:4"


@pytest.mark.parametrize("key", ["client_secret", "refresh_token", "password", "access_token"])
def test_a_secret_in_the_tenant_file_is_refused_without_being_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError) as error:
        shop(tmp_path, SMALLEST + f'{key} = "hunter2"\n')
    assert f"optiply.{key}" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "is not valid TOML"),
        ("[exact]\ndivision = 1\nclient_id = 'c'\n", "optiply: Field required"),
        (SMALLEST.replace("102030", '"a"'), "exact.division"),
        (SMALLEST + "workers = 0\n", "optiply.workers"),
        (SMALLEST + "worker = 4\n", "optiply.worker: is not a setting that exists"),
        (SMALLEST + 'base_url = "ftp://somewhere"\n', "URL scheme"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        shop(tmp_path, text)
    assert said in str(error.value)
    assert "shop.toml" in str(error.value)


def test_a_tenant_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="no tenant 'nobody'"):
        load_tenant("nobody")


def test_a_secret_comes_from_the_environment_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = shop(tmp_path)
    with pytest.raises(SettingsError, match="EXACT_OPTIPLY_SHOP_OPTIPLY_PASSWORD"):
        secret(tenant, "optiply_password")
    tenant.secrets_folder.mkdir(parents=True)
    (tenant.secrets_folder / "optiply_password").write_text("from folder\n", encoding="utf-8")
    assert secret(tenant, "optiply_password").get_secret_value() == "from folder"
    monkeypatch.setenv(environment_name(tenant, "optiply_password"), "from environment")
    found = secret(tenant, "optiply_password")
    assert found.get_secret_value() == "from environment"
    assert "from" not in repr(found)
