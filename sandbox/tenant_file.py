"""A tenant folder for the sandbox servers: settings, secrets and room for its warehouse, all in one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox import credentials

TEMPLATE = """\
# Written for the sandbox servers, which are on this machine only.
data_folder = "."

[exact]
base_url = "{exact_url}"
division = {division}
client_id = "{client_id}"
spacing_seconds = {spacing}

[optiply]
base_url = "{optiply_url}"
token_url = "{optiply_token_url}"
account_id = {account_id}
coupling_id = {coupling_id}
{wms}
[flags]
{flags}
"""

WMS = """
[wms]
montapacking_base_url = "{montapacking_url}"
qls_base_url = "{qls_url}"
qls_company_id = "{qls_company_id}"
"""

SECRETS = {
    "exact_client_secret": credentials.EXACT_CLIENT_SECRET,
    "exact_refresh_token": credentials.EXACT_REFRESH_TOKEN,
    "optiply_username": credentials.OPTIPLY_USERNAME,
    "optiply_password": credentials.OPTIPLY_PASSWORD,
    "optiply_client_id": credentials.OPTIPLY_CLIENT_ID,
    "optiply_client_secret": credentials.OPTIPLY_CLIENT_SECRET,
    "montapacking_username": credentials.MONTAPACKING_USERNAME,
    "montapacking_password": credentials.MONTAPACKING_PASSWORD,
    "qls_username": credentials.QLS_USERNAME,
    "qls_password": credentials.QLS_PASSWORD,
}


def write_tenant(
    home: Path,
    name: str,
    *,
    exact_url: str,
    optiply_url: str,
    optiply_token_url: str,
    spacing_seconds: float,
    flags: Mapping[str, str] | None = None,
    wms_urls: tuple[str, str] | None = None,
) -> Path:
    """Write `<home>/tenants/<name>.toml` and `<home>/secrets/<name>/`; `flags`: TOML values by name. `wms_urls`: of
    Montapacking and of QLS.

    The warehouse of this tenant will be `<home>/warehouse.duckdb`.
    """
    secrets = home / "secrets" / name
    secrets.mkdir(parents=True, exist_ok=True)
    for secret, value in SECRETS.items():
        (secrets / secret).write_text(value + "\n", encoding="utf-8")
    file = home / "tenants" / f"{name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = TEMPLATE.format(
        exact_url=exact_url,
        division=credentials.EXACT_DIVISION,
        client_id=credentials.EXACT_CLIENT_ID,
        spacing=spacing_seconds,
        optiply_url=optiply_url,
        optiply_token_url=optiply_token_url,
        account_id=credentials.OPTIPLY_ACCOUNT_ID,
        coupling_id=credentials.OPTIPLY_COUPLING_ID,
        wms=""
        if wms_urls is None
        else WMS.format(
            montapacking_url=wms_urls[0], qls_url=wms_urls[1], qls_company_id=credentials.QLS_COMPANY_ID
        ),
        flags="\n".join(f"{flag} = {value}" for flag, value in (flags or {}).items()),
    )
    file.write_text(text, encoding="utf-8")
    return file
