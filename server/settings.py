"""Environment in, frozen Settings out. Nobody else reads os.environ."""

from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator may set, as SANWEI_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="SANWEI_", frozen=True)

    mode: Literal["demo", "development", "production"] = "development"
    data_dir: Path = Path("var")  # embedded store, files, keys
    database_url: str = ""  # "" = SQLite in data_dir; postgresql+asyncpg://…
    redis_url: str = ""  # "" = in-process hub and rate limits
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""  # "" = http://host:port; the only allowed websocket origin
    trusted_proxies: str = ""  # addresses whose X-Forwarded-For is believed, comma-separated; "" = none
    maps_dir: Path = Path(__file__).parents[1] / "shared" / "data" / "areas"  # where districts' maps lie
    district: str = "440103"  # which of them
    hotline: str = "12345"
    documents_dir: Path = Path(__file__).parent / "web" / "static" / "documents"  # of the apps
    partner_documents: str = ""  # manifests of registered partners: role=file, comma-separated
    signing_keys: str = ""  # PEM Ed25519 private keys, newest first; "" = made in data_dir
    access_minutes: int = 10  # at most 15
    hold_seconds: int = 10  # how long an act may be taken back
    sweep_seconds: float = 1.0  # how often the job loop looks for due work
    workers: PositiveInt = 1  # processes on the port; more than one needs PostgreSQL and Redis
    drain_seconds: PositiveInt = 10  # what running requests get to finish when a process is to end
    pool_size: PositiveInt = 10  # connections of each process to the store; as many again in a rush
    statement_seconds: PositiveFloat = 10.0  # what a statement may take on PostgreSQL, locks included
    files_url: str = ""  # "" = files/ in data_dir; s3://bucket/prefix, shared by several hosts
    files_endpoint: str = ""  # "" = AWS; where else S3 is spoken, e.g. https://minio.city.example
    files_region: str = "us-east-1"
    files_key: str = ""  # access key id
    files_secret: str = Field(default="", repr=False)  # and its secret
    sms_url: str = ""  # where text messages are handed over; "" = none leave the house
    sms_key: str = ""  # what the provider knows us by
    sms_secret: str = Field(default="", repr=False)  # signs what it is handed
    wechat_app: str = ""  # of the official account; "" = no WeChat notices
    wechat_secret: str = Field(default="", repr=False)
    wechat_url: str = "https://api.weixin.qq.com"
    vapid_key: str = Field(default="", repr=False)  # private P-256 key, base64url; "" = no push to browsers
    vapid_contact: str = ""  # mailto:… or https:…, for the push services
    push_hosts: str = (  # the push services browsers may name; theirs and nobody else's are written to
        "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,notify.windows.com"
    )
    message_templates: Path = Path(__file__).parents[1] / "shared" / "data" / "message-templates.json"
    log_level: str = "info"
    log_format: Literal["", "console", "json"] = ""  # "" = json in production, else console
    slow_seconds: PositiveFloat = 0.5  # an operation that takes longer is a line in the log
    metrics_token: str = Field(default="", repr=False)  # bearer of /metrics; "" = only this machine may read
    otlp_url: str = ""  # where traces go, e.g. http://collector:4318/v1/traces; "" = nowhere
    operations_at_once: PositiveInt = 64  # of each process; more stand in line for a moment

    @property
    def demo(self) -> bool:
        """Demo accounts and the shown one-time code exist only here."""
        return self.mode == "demo"

    @property
    def production(self) -> bool:
        """No introspection, no suggestions, no demo data, no generated keys."""
        return self.mode == "production"

    @property
    def log_lines(self) -> Literal["console", "json"]:
        """How the log looks."""
        return self.log_format or ("json" if self.production else "console")

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'sanwei.db'}"

    @property
    def origin(self) -> str:
        """The address people open."""
        return self.public_url or f"http://{self.host}:{self.port}"
