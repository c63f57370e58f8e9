"""What a recipe takes from the environment is written nowhere; only its name is."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.command import engine, good, latest
from tests.plan.project import write_data

SECRETS = {
    f"SECRET_{number}": f"{kind}-{number:02d}-Zq7{number * 7919:05d}"
    for number, kind in enumerate(
        ["hunter", "sk-live", "ghp", "AKIA", "xoxb", "glpat", "eyJhbGciOi", "pw", "tok", "key",
         "pass phrase", "p@ss:word", "ssh-rsa", "npm", "pypi-AgEI", "dckr", "hf", "AIza", "SG",
         "rk-test"]
    )
}  # fmt: skip
RECIPE = """\
problem:
  question: "Is ${oc.env:SECRET_0} safe, and ${oc.env:SECRET_1}?"
  owner: ${oc.env:SECRET_2}
  positive: "yes"
data:
  source: ${oc.env:FOLDER}/${oc.env:SECRET_3}/${oc.env:SECRET_4}.csv
  target: bought
  expect:
    severity: warn
    city: {in: ["${oc.env:SECRET_5}"], matches: "${oc.env:SECRET_6}"}
    relations: {kept: "city != '${oc.env:SECRET_7}' and age < 0"}
model: [linear]
search: {trials: 3}
evaluation: {folds: 3, metrics: [accuracy]}
"""


def leaks(folder: Path, *texts: str) -> list[str]:
    """Every place that holds a secret."""
    found = []
    files = [path for path in (folder / "outputs").rglob("*") if path.is_file()]
    for name, secret in SECRETS.items():
        found += [f"{name} in {path}" for path in files if secret.encode() in path.read_bytes()]
        found += [f"{name} in a name: {path}" for path in files if secret in str(path)]
        found += [f"{name} is printed" for text in texts if secret in text]
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("FOLDER", str(tmp_path / "data"))
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "sealed.yaml").write_text(RECIPE, "utf-8")
    place = tmp_path / "data" / SECRETS["SECRET_3"]
    place.mkdir(parents=True)
    write_data(place / f"{SECRETS['SECRET_4']}.csv")
    return tmp_path


def test_references_are_followed_and_their_values_written_nowhere(folder, tmp_path):
    ran = good("run", "sealed", folder=folder)
    planned = good("plan", "sealed", folder=folder)
    as_json = good("plan", "sealed", "--json", folder=folder)
    shown = good("show", "sealed", folder=folder)
    texts = [text for ended in (ran, planned, as_json, shown) for text in (ended.out, ended.err)]
    assert leaks(folder, *texts) == []
    assert "are none of '${oc.env:SECRET_5}'" in ran.err
    run = latest(folder, "sealed")
    for path in (run / "recipe.yaml", run / "bundle" / "recipe.yaml"):
        assert "${oc.env:SECRET_2}" in path.read_text("utf-8")
    card = json.loads((run / "scorecard.json").read_text("utf-8"))
    assert card["owner"] == "${oc.env:SECRET_2}"
    assert list(card["data"]) == ["${oc.env:FOLDER}/${oc.env:SECRET_3}/${oc.env:SECRET_4}.csv"]
    assert str(tmp_path / "data") not in (run / "plan.json").read_text("utf-8")


def test_another_value_behind_a_reference_is_noticed_and_not_shown(folder, monkeypatch):
    good("run", "sealed", folder=folder)
    monkeypatch.setenv("SECRET_2", "another-owner-entirely")
    ended = good("plan", "sealed", "--json", folder=folder)
    why = {step["name"]: step["why"] for step in ended.json["steps"]}
    assert why["search"] == []
    assert len(why["pack"]) == 1
    assert why["pack"][0].startswith('problem.owner: "${oc.env:SECRET_2} (')
    assert "another-owner-entirely" not in ended.out
    assert leaks(folder, ended.out, ended.err) == []


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_errors_do_not_show_them(folder, verb):
    next((folder / "data").rglob("*.csv")).unlink()
    ended = engine(verb, "sealed", folder=folder)
    assert ended.code == 2
    assert "there is no such file" in ended.err
    assert "${oc.env:SECRET_3}" in ended.err
    assert leaks(folder, ended.out, ended.err) == []


def test_the_log_does_not_hold_a_parameter_from_the_environment(folder, monkeypatch):
    monkeypatch.setenv("SOLVER", "newton-cholesky")
    good("run", "sealed", "model.linear.params.solver=${oc.env:SOLVER}", folder=folder)
    assert "newton-cholesky" not in (latest(folder, "sealed") / "log.txt").read_text("utf-8")


def test_a_short_value_is_not_torn_out_of_innocent_texts(folder, monkeypatch):
    monkeypatch.setenv("SECRET_2", "e")
    ran = good("run", "sealed", folder=folder)
    assert "load: read the rows" in ran.err


@pytest.mark.parametrize(
    "line",
    [
        "data: {{source: 'postgresql://ann:{secret}@host/db', target: bought}}",
        "problem: {{password: {secret}}}",
        "problem: {{api_key: {secret}}}",
        "tracking: {{token: {secret}}}",
        "monitor: {{slack: {{secret: {secret}}}}}",
        "model: {{linear: {{params: {{token: {secret}}}}}}}",
        "features: {{blocks: {{a: {{steps: {{password: {secret}}}}}}}}}",
    ],
)
def test_literal_ones_are_refused_and_masked(folder, line):
    secret = SECRETS["SECRET_7"]
    text = f"data: {{source: data.csv, target: bought}}\n{line.format(secret=secret)}\n"
    if line.startswith("data"):
        text = text.partition("\n")[2]
    (folder / "recipes" / "open.yaml").write_text(text, "utf-8")
    for verb in ("check", "plan", "run"):
        ended = engine(verb, "open", folder=folder)
        assert ended.code == 2
        assert leaks(folder, ended.out, ended.err) == []


@pytest.mark.parametrize(
    "override",
    [
        "problem.password={secret}",
        "+tracking.token={secret}",
        "data.source=s3://k:{secret}@b/x.csv",
    ],
)
def test_overrides_that_hold_one_are_refused_and_masked(folder, override):
    for secret in (SECRETS["SECRET_7"], SECRETS["SECRET_12"]):
        ended = engine("run", "sealed", override.format(secret=secret), folder=folder)
        assert ended.code == 2
        assert leaks(folder, ended.out, ended.err) == []


# Where rows come from: user and password of databases, web servers and buckets

AWAY = "SECRET_11"  # holds signs that an URL has to write otherwise


def write(folder, data, name="away"):
    text = RECIPE.partition("  source:")[0] + data + "\n  target: bought\nmodel: [linear]\n"
    (folder / "recipes" / f"{name}.yaml").write_text(
        text + "search: {trials: 2}\nevaluation: {folds: 3}\n", "utf-8"
    )


def all_verbs(folder, code=0):
    """Everything that commands print about the recipe ``away``."""
    ran = [
        engine("plan", "away", folder=folder),
        engine("run", "away", folder=folder),
        engine("plan", "away", "--json", folder=folder),
        engine("plan", "away", "-m", "seed=1,2", folder=folder),
        engine("explore", "away", folder=folder),
        engine("show", "away", "--hydra", folder=folder),
    ]
    assert {ended.code for ended in ran[:5]} == {code}, [ended.err for ended in ran]
    return [text for ended in ran for text in (ended.out, ended.err)]


def encoded(*names):
    """Every form in which the secrets could be met."""
    from base64 import b64encode
    from urllib.parse import quote

    values = [SECRETS[name] for name in names]
    forms = [*values, *(quote(value, safe="") for value in values)]
    pair = b64encode(f"{SECRETS[names[0]]}:{SECRETS[names[-1]]}".encode()).decode()
    return [*forms, pair]


def also_clean(folder, forms, texts):
    written = [path.read_bytes() for path in (folder / "outputs").rglob("*") if path.is_file()]
    return not any(
        form in text for form in forms for text in [*texts, *(w.decode("latin-1") for w in written)]
    )


@pytest.fixture
def private(folder):
    """A web server that wants the user and the password of the secrets."""
    from engine.testing import served

    served_user, served_password = served.USER, served.PASSWORD
    served.USER, served.PASSWORD = SECRETS["SECRET_0"], SECRETS[AWAY]
    write_data(folder / "rows.csv")
    with served.web(folder) as server:
        yield server.url.removeprefix("http://")
    served.USER, served.PASSWORD = served_user, served_password


def test_user_and_password_of_a_web_server(folder, private):
    write(
        folder,
        f"  source: http://${{oc.env:SECRET_0}}:${{oc.env:{AWAY}}}@{private}/private/rows.csv",
    )
    texts = all_verbs(folder)
    assert leaks(folder, *texts) == []
    assert also_clean(folder, encoded("SECRET_0", AWAY), texts)
    data = f"http://${{oc.env:SECRET_0}}:${{oc.env:{AWAY}}}@{private}/private/rows.csv"
    ended = good("predict", "away", data, "-o", "outputs/p.csv", folder=folder)
    explored = good("explore", data, folder=folder)
    assert leaks(folder, ended.out, ended.err, explored.out, explored.err) == []


def test_user_and_password_of_a_web_server_that_refuses_them(folder, private, monkeypatch):
    monkeypatch.setenv(AWAY, "no-good-" + SECRETS[AWAY])
    write(
        folder,
        f"  source: http://${{oc.env:SECRET_0}}:${{oc.env:{AWAY}}}@{private}/private/rows.csv",
    )
    texts = all_verbs(folder, code=2)
    assert any("asks for a user and a password" in text for text in texts)
    assert leaks(folder, *texts) == []
    assert also_clean(folder, encoded("SECRET_0", AWAY), texts)


def test_a_whole_address_behind_one_reference(folder, private, monkeypatch):
    from urllib.parse import quote

    sealed = quote(SECRETS[AWAY], safe="")
    user = SECRETS["SECRET_0"]
    monkeypatch.setenv("AWAY_URL", f"http://{user}:{sealed}@{private}/private/rows.csv")
    write(folder, "  source: ${oc.env:AWAY_URL}")
    texts = all_verbs(folder)
    assert leaks(folder, *texts) == []
    assert also_clean(folder, encoded(AWAY), texts)


def test_the_keys_of_a_bucket(folder, monkeypatch):
    from engine.testing import served

    write_data(folder / "rows.csv")
    with served.bucket() as bucket:
        bucket.put(str(folder / "rows.csv"), "bucket/rows.csv")
        monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.url)
        address = f"s3://${{oc.env:SECRET_3}}:${{oc.env:{AWAY}}}@bucket"
        write(folder, f"  source: {address}/rows.csv")
        texts = all_verbs(folder)
        write(folder, f"  source: {address}/none.csv")
        texts += all_verbs(folder, code=2)
        query = "query: SELECT * FROM t"
        write(folder, f"  tables: {{t: '{address}/rows.csv'}}\n  {query}")
        texts += all_verbs(folder)
    assert leaks(folder, *texts) == []
    assert also_clean(folder, encoded("SECRET_3", AWAY), texts)


@pytest.mark.parametrize("reached", [False, True])
def test_the_password_of_a_database(folder, reached, request, monkeypatch):
    from engine.testing import served

    if reached:
        import psycopg

        address = request.getfixturevalue("postgres")
        with psycopg.connect(f"postgresql://postgres@{address}", autocommit=True) as made:
            made.execute("CREATE TABLE IF NOT EXISTS rows (age int, bought text)")
            made.execute("INSERT INTO rows SELECT n, 'y' || n % 2 FROM generate_series(1, 200) n")
        monkeypatch.setenv(AWAY, served.PASSWORD)
    else:
        address = f"127.0.0.1:{served.free_port()}/db"
    monkeypatch.setenv("WHO", served.USER)
    source = f"postgresql://${{oc.env:WHO}}:${{oc.env:{AWAY}}}@{address}"
    write(folder, f"  source: {source}\n  query: SELECT * FROM rows ORDER BY age")
    override = ("problem.positive=y1",)
    ran = [engine(verb, "away", *override, folder=folder) for verb in ("plan", "run", "explore")]
    ran.append(engine("plan", "away", "--json", *override, folder=folder))
    assert {ended.code for ended in ran} == ({0} if reached else {2}), [e.err for e in ran]
    monkeypatch.setenv(AWAY, "wrong-" + SECRETS[AWAY])
    ran += [engine("plan", "away", *override, folder=folder)]
    ran += [engine("plan", "away", *override, "data.query=nothing", folder=folder)]
    assert ran[-1].code == ran[-2].code == 2
    texts = [text for ended in ran for text in (ended.out, ended.err)]
    assert leaks(folder, *texts) == []
    assert also_clean(folder, [*encoded("SECRET_0", AWAY), served.PASSWORD], texts)


@pytest.mark.parametrize("sealed", ["abc@Tail-Zq7", "Head-Zq7#Tail-Zq7", "Head-Zq7/a?b&Tail-Zq7"])
@pytest.mark.parametrize(
    "source",
    [
        "postgresql://127.0.0.1:1/shop?user=ann&password=${oc.env:SEALED}",
        "postgresql+psycopg://127.0.0.1:1/shop?password=${oc.env:SEALED}",
        "http://127.0.0.1:1/a.csv?token=${oc.env:SEALED}",
    ],
)
def test_a_parameter_that_holds_signs_of_an_url_is_not_shown_in_part(
    folder, monkeypatch, source, sealed
):
    monkeypatch.setenv("SEALED", sealed)
    query = ("--query", "SELECT 1") if source.startswith("post") else ()
    write(folder, f"  source: {source}" + ("\n  query: SELECT 1 AS bought" if query else ""))
    ran = [engine("plan", "away", folder=folder), engine("explore", source, *query, folder=folder)]
    assert {ended.code for ended in ran} == {2}
    assert all("cannot be reached" in ended.err for ended in ran)
    assert also_clean(folder, ["Tail-Zq7", "Head-Zq7"], [t for e in ran for t in (e.out, e.err)])


@pytest.mark.parametrize(
    "word",
    [
        "postgresql://ann:{secret}@host/db",
        "https://ann:{secret}@host/a.csv",
        "https://host/a.csv?token={secret}",
        "s3://key:{secret}@bucket/a.csv",
    ],
)
@pytest.mark.parametrize("verb", ["predict", "explore", "init"])
def test_a_password_on_the_command_line_is_refused_and_masked(folder, verb, word):
    good("run", "sealed", folder=folder)
    words = {
        "predict": ("predict", "sealed", "-o", "out.csv"),
        "explore": ("explore",),
        "init": ("init", "--target", "bought"),
    }
    ended = engine(*words[verb], word.format(secret=SECRETS["SECRET_7"]), folder=folder)
    assert (ended.code, "a password stands in" in ended.err) == (2, True)
    assert leaks(folder, ended.out, ended.err) == []


def test_explore_and_python_show_references_too(folder):
    import contextlib

    import engine as package

    shown = good("explore", "sealed", folder=folder)
    with contextlib.chdir(folder):
        planned = package.load("sealed").plan()
    assert leaks(folder, shown.out, shown.err, str(planned.tree), planned._repr_html_()) == []
