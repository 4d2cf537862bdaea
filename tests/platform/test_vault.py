"""Keys are made once, kept to their owner, and missed loudly in production."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.platform.vault import KEY_BYTES, MASTER, SIGNING, BadKey, Vault, new_master, new_signing_key
from server.settings import Settings

PEM = new_signing_key().decode()


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def production(settings):
    return settings.model_copy(update={"mode": "production"})


def test_keys_are_made_once_for_their_owner_only(settings):
    first, second = Vault.open(settings), Vault.open(settings)
    assert first.derive("x") == second.derive("x") and first.signing == second.signing
    home = settings.data_dir / "keys"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()} == {
        MASTER: 0o600, SIGNING: 0o600,
    }  # fmt: skip


def test_two_installations_share_nothing(settings, tmp_path):
    other = Vault.open(Settings(data_dir=tmp_path / "other"))
    assert Vault.open(settings).derive("x") != other.derive("x")


def test_processes_that_start_together_end_up_with_one_key(settings):
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: Vault.open(settings), range(8)))
    assert len({(vault.derive("x"), vault.signing) for vault in vaults}) == 1
    assert len(list((settings.data_dir / "keys").iterdir())) == 2


def test_production_makes_no_keys(production):
    with pytest.raises(BadKey, match=MASTER):
        Vault.open(production)
    assert not (production.data_dir / "keys").exists()


def test_production_starts_with_keys_that_were_made_for_it(production):
    Vault.create(production)
    made = Vault.open(production)
    Vault.create(production)
    assert Vault.open(production).signing == made.signing


def test_production_takes_its_signing_keys_from_the_settings(production):
    given = production.model_copy(update={"signing_keys": PEM})
    Vault.create(given)
    assert Vault.open(given).signing == PEM
    assert not (given.data_dir / "keys" / SIGNING).exists()
    (given.data_dir / "keys" / MASTER).unlink()
    with pytest.raises(BadKey):
        Vault.open(given)


@pytest.mark.parametrize(
    "master",
    [
        b"",
        b"secret",
        b"\0" * KEY_BYTES,
        b"k" * KEY_BYTES,
        b"ab" * 16,
        pytest.param(new_master()[:-1], id="short"),
    ],
)
def test_a_short_or_default_master_key_does_not_start(settings, master):
    (settings.data_dir / "keys").mkdir()
    (settings.data_dir / "keys" / MASTER).write_bytes(master)
    with pytest.raises(BadKey):
        Vault.open(settings)


def test_a_purpose_has_its_own_key():
    vault = Vault(new_master(), PEM)
    assert len({vault.derive(purpose) for purpose in ("a", "b", "")}) == 3
    assert len(vault.derive("a")) == KEY_BYTES


def test_a_look_up_needs_the_key():
    one, other = Vault(new_master(), PEM), Vault(new_master(), PEM)
    assert one.lookup("13800138001") == one.lookup("13800138001") != one.lookup("13800138002")
    assert one.lookup("13800138001") != other.lookup("13800138001")


def test_what_is_sealed_opens_in_its_place_only():
    vault = Vault(new_master(), PEM)
    sealed = vault.seal("13800138001", about="account/a/phone")
    assert vault.unseal(sealed, about="account/a/phone") == "13800138001"
    assert "138" not in sealed and sealed != vault.seal("13800138001", about="account/a/phone")
    for other, about in ((vault, "account/b/phone"), (Vault(new_master(), PEM), "account/a/phone")):
        with pytest.raises(BadKey):
            other.unseal(sealed, about=about)
    with pytest.raises(BadKey):
        vault.unseal(sealed[:-4] + "AAAA", about="account/a/phone")
