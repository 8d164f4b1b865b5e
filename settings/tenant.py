"""One tenant = one Exact division + one Optiply account + settings + one warehouse, in `tenants/<name>.toml`.

Secrets are never in the tenant file: see `settings.secrets`.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, ValidationError, model_validator

from settings.flags import Flags

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SECRET_NAME = re.compile(r"secret|password|token$|refresh_token|access_token", re.IGNORECASE)
_URL = TypeAdapter(HttpUrl)


def _url(value: str) -> str:
    _URL.validate_python(value)
    return value.rstrip("/")


Url = Annotated[str, Field(min_length=8)]


class SettingsError(Exception):
    """A settings file that cannot be used. The message names the file, the key and what is wrong."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExactSettings(_Section):
    """`spacing_seconds`: between request starts (Exact allows 60 a minute, so 1.01). `variant`, `variants`:
    endpoint family for all streams or for one; empty means the best that each stream has."""

    base_url: Url = "https://start.exactonline.nl"
    token_url: Url | None = None
    division: int
    client_id: str
    spacing_seconds: Annotated[float, Field(ge=0)] = 1.01
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    variant: Literal["sync", "bulk", "standard"] | None = None
    variants: dict[str, Literal["sync", "bulk", "standard"]] = {}

    @property
    def effective_token_url(self) -> str:
        return self.token_url or f"{self.base_url.rstrip('/')}/api/oauth2/token"


class OptiplySettings(_Section):
    base_url: Url = "https://api.optiply.com/v1"
    token_url: Url = "https://dashboard.optiply.nl/api/auth/oauth/token"
    account_id: int
    coupling_id: int
    workers: Annotated[int, Field(ge=1, le=32)] = 4
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0


class WmsSettings(_Section):
    """Only what flags sync_stock_montapacking and sync_stock_qls need is asked for."""

    montapacking_base_url: Url = "https://api-v6.monta.nl"
    qls_base_url: Url = "https://api.pakketdienstqls.nl"
    qls_company_id: str | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 60.0


class Tenant(_Section):
    """Paths: relative ones are taken from the project's root. `data_folder` holds the warehouse, its
    published copy, the token store and dbt's target of this tenant. `archive_days`: how long to keep what is
    written to either API, and what Optiply answers; 0 keeps none."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    exact: ExactSettings
    optiply: OptiplySettings
    wms: WmsSettings = WmsSettings()
    flags: Flags = Flags()
    data_folder: Path
    secrets_folder: Path
    archive_days: Annotated[int, Field(ge=0, le=366)] = 0

    @model_validator(mode="after")
    def _qls_has_a_company(self) -> Self:
        if self.flags.sync_stock_qls and not self.wms.qls_company_id:
            raise ValueError("flags.sync_stock_qls needs wms.qls_company_id")
        return self

    @property
    def warehouse_path(self) -> Path:
        return self.data_folder / "warehouse.duckdb"

    @property
    def published_path(self) -> Path:
        """Same file name: dbt's views carry the catalog's name, which is the file's."""
        return self.data_folder / "published" / "warehouse.duckdb"

    @property
    def state_folder(self) -> Path:
        return self.data_folder / "state"

    @property
    def archive_folder(self) -> Path:
        return self.data_folder / "archive"


def tenant_file(name_or_path: str) -> Path:
    """`demo` is `tenants/demo.toml` in the project or in the working directory; a path is itself."""
    if name_or_path.endswith(".toml"):
        return Path(name_or_path)
    for folder in (Path.cwd(), PROJECT_ROOT):
        if (found := folder / "tenants" / f"{name_or_path}.toml").exists():
            return found
    raise SettingsError(f"no tenant {name_or_path!r}: tenants/{name_or_path}.toml does not exist")


def load_tenant(name_or_path: str) -> Tenant:
    """Read and validate one tenant file; SettingsError says which key is wrong and why (F1)."""
    path = tenant_file(name_or_path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error
    return tenant_from(content, path)


def tenant_from(content: dict[str, Any], path: Path) -> Tenant:
    if leaked := sorted(_secret_keys(content)):
        raise SettingsError(
            f"{path}: {', '.join(leaked)} looks like a secret. Secrets come from the environment or the "
            "secrets folder, never from the tenant file"
        )
    root = path.resolve().parent.parent
    name = content.get("name", path.stem)
    content = {
        **content,
        "name": name,
        "data_folder": _path(content.get("data_folder", f"data/{name}"), root),
        "secrets_folder": _path(content.get("secrets_folder", f"secrets/{name}"), root),
    }
    try:
        tenant = Tenant.model_validate(content)
        for url in (tenant.exact.base_url, tenant.exact.effective_token_url, *_optiply_urls(tenant)):
            _url(url)
    except ValidationError as error:
        raise SettingsError(f"{path}: {_explain(error)}") from None
    return tenant


def _optiply_urls(tenant: Tenant) -> tuple[str, ...]:
    return (
        tenant.optiply.base_url,
        tenant.optiply.token_url,
        tenant.wms.montapacking_base_url,
        tenant.wms.qls_base_url,
    )


def _path(value: str, root: Path) -> str:
    return str(root / os.path.expandvars(value))


def _secret_keys(content: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key, value in content.items():
        if isinstance(value, dict) and key != "flags":
            found += [f"{key}.{inner}" for inner in _secret_keys(value)]
        elif SECRET_NAME.search(key):
            found.append(key)
    return found


def _explain(error: ValidationError) -> str:
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in problem["loc"])
        what = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            what = "is not a setting that exists; check the spelling"
        parts.append(f"{where}: {what}" if where else what)
    return "; ".join(parts)
