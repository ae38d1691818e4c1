"""The containers, as far as their files tell: nothing here needs Docker."""

import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from quintet_conformance.runner.manifest import load_manifest

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "shared_spec"
VARIANTS = ("django", "flask", "fastapi", "tornado", "sanic")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
STAYING = [name for name in SERVICES if not name.startswith("migrate")]
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
NGINX = re.sub(r"#.*", "", (ROOT / "nginx.conf").read_text(encoding="utf-8"))
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD"}

each_variant = pytest.mark.parametrize("variant", VARIANTS)


def folder(variant):
    return ROOT / f"{variant}_blog"


def dockerfile(variant):
    return (folder(variant) / "Dockerfile").read_text(encoding="utf-8")


def command(variant, name, **values):
    return load_manifest(folder(variant), SPEC).command(name, **values)


def waits_for(service):
    return {name: each["condition"] for name, each in service["depends_on"].items()}


def images():
    texts = [dockerfile(variant) for variant in VARIANTS]
    texts.append(SERVICES["mail"]["build"]["dockerfile_inline"])
    yield from (each["image"] for each in SERVICES.values() if "image" in each)
    yield from re.findall(r"^FROM (\S+)", "\n".join(texts), re.MULTILINE)


MOST_CONNECTIONS = 40  # of a variant: Flask has two pools of ten in each of two workers


# Images


def test_images_have_a_version():
    assert [
        image
        for image in images()
        if not re.fullmatch(r"[a-z]+:(stable|\d[\w.-]*)", image)
    ] == []


@each_variant
def test_dockerfiles_differ_in_their_server_alone(variant):
    *lines, server = dockerfile(variant).splitlines()
    assert lines == dockerfile("fastapi").splitlines()[:-1]
    assert server.startswith("CMD [")


@each_variant
def test_an_image_serves_as_in_production(variant):
    *_, server = dockerfile(variant).splitlines()
    found = json.loads(server.removeprefix("CMD "))
    wanted = command(variant, "serve_production", port=8000, workers=2)
    everywhere = [each.replace("127.0.0.1", "0.0.0.0") for each in wanted]
    assert set(found) - set(everywhere) <= {"--host", "0.0.0.0"}
    assert set(everywhere) <= set(found)
    assert "0.0.0.0" in server


@each_variant
def test_an_image_runs_what_is_locked_and_not_as_root(variant):
    build, final = re.split(r"\n(?=FROM)", dockerfile(variant))
    assert "--no-deps --only-binary=:all: -r requirements.lock" in build
    assert "HEALTHCHECK" in final
    assert "/readyz" in final
    assert re.findall(r"^USER (.+)", final, re.MULTILINE) == ["blog"]
    assert not re.search(r"\b(apt-get|pip|gcc|root)\b", final)


@each_variant
def test_an_image_holds_what_is_listed_and_no_more(variant):
    text = (folder(variant) / ".dockerignore").read_text(encoding="utf-8")
    everything, *lines = text.splitlines()
    listed = [line[1:] for line in lines if line.startswith("!")]
    assert everything == "*"
    assert [name for name in listed if not (folder(variant) / name).exists()] == []
    assert {"requirements.lock"} < set(listed)
    assert not {".env", "tests"} & set(listed)


# Settings


def test_there_is_no_secret_before_somebody_makes_one():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert {name for name, value in EXAMPLE.items() if not value} == SECRETS
    used = re.findall(r"\$\{(\w+)(.*?)\}", text)
    assert set(used) == {(name, ":?set it in .env") for name in SECRETS}


@each_variant
def test_what_can_be_set_is_what_variants_know(variant):
    readme = (folder(variant) / "README.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE))
    service = SERVICES[variant]
    assert set(EXAMPLE) - {"POSTGRES_PASSWORD"} <= known
    assert set(service["environment"]) <= known
    assert service["env_file"] == ".env"
    assert service["environment"]["ENVIRONMENT"] == "production"


def test_all_share_one_storage():
    stores = {
        (each["environment"]["DATABASE_URL"], each["environment"]["REDIS_URL"])
        for each in SERVICES.values()
        if "env_file" in each
    }
    ((database, redis),) = stores
    assert "@postgres:5432/quintet" in database
    assert redis.startswith("redis://redis:")


# Services


@pytest.mark.parametrize("name", STAYING)
def test_what_stays_has_a_health_check_and_comes_back(name):
    service = SERVICES[name]
    assert "healthcheck" in service or name in VARIANTS  # whose images have one
    assert service["restart"] == "unless-stopped"


def test_the_schema_is_made_once_and_taken_over():
    made, taken = SERVICES["migrate"], SERVICES["migrate-django"]
    assert made["command"] == command("fastapi", "migrate")
    assert taken["command"] == command("django", "adopt")
    assert waits_for(made) == {"postgres": "service_healthy"}
    assert waits_for(taken) == {"migrate": "service_completed_successfully"}
    assert made["restart"] == taken["restart"] == "no"


@each_variant
def test_a_variant_waits_for_what_it_needs(variant):
    assert waits_for(SERVICES[variant]) == {
        "migrate-django": "service_completed_successfully",
        "redis": "service_healthy",
        "mail": "service_healthy",
    }
    assert SERVICES[variant]["build"] == f"{variant}_blog"


def test_nginx_waits_for_all():
    wanted = dict.fromkeys(VARIANTS, "service_healthy")
    assert waits_for(SERVICES["nginx"]) == wanted


def test_the_ports():
    ports = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    own = {name: [f"{8001 + place}:8000"] for place, name in enumerate(VARIANTS)}
    assert ports == {**own, "nginx": ["8080:80"]}


def test_addresses_are_fixed_where_somebody_counts_on_them():
    fixed = {
        name: ip_address(each["networks"]["default"]["ipv4_address"])
        for name, each in SERVICES.items()
        if "networks" in each
    }
    (config,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    taken = {*fixed.values(), ip_address(config["gateway"])}
    assert set(fixed) == {*VARIANTS, "nginx"}
    assert len(taken) == len(fixed) + 1
    assert all(each in ip_network(config["subnet"]) for each in taken)
    assert not any(each in ip_network(config["ip_range"]) for each in taken)
    assert EXAMPLE["TRUSTED_PROXIES"] == str(fixed["nginx"])


# nginx


@pytest.mark.parametrize(
    ("upstream", "balancing"),
    [("any", "least_conn;"), ("same", "hash $remote_addr consistent;")],
)
def test_nginx_knows_all(upstream, balancing):
    (block,) = re.findall(rf"upstream {upstream} \{{(.+?)\}}", NGINX, re.DOTALL)
    assert re.findall(r"server (\S+);", block) == [f"{name}:8000" for name in VARIANTS]
    assert balancing in block


@pytest.mark.parametrize(
    ("path", "upstream"),
    [
        ("/", "same"),
        ("/login", "same"),
        ("/api/docs", "same"),
        ("/api/v1/openapi.json", "same"),
        ("/api/v1/posts", "any"),
        ("/ws/posts/hello", "any"),
        ("/apian/v1/posts", "same"),
    ],
)
def test_where_nginx_sends_a_path(path, upstream):
    (block,) = re.findall(r"map \$uri \$variant \{(.+?)\n  \}", NGINX, re.DOTALL)
    rules = dict(re.findall(r"(\S+)\s+(\w+);", block))
    found = [
        rules[rule]
        for rule in rules
        if rule == path or (rule.startswith("~") and re.match(rule[1:], path))
    ]
    # Of several the one that says it all counts, which is the last here.
    assert [rules["default"], *found][-1] == upstream
    assert "proxy_pass http://$variant;" in NGINX


@pytest.mark.parametrize(
    "line",
    [
        "client_max_body_size 1m;",
        "error_page 413 = @too_large;",
        "large_client_header_buffers 4 16k;",
        "proxy_buffer_size 32k;",
        "proxy_http_version 1.1;",
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_field;",
    ],
)
def test_nginx_stands_in_nobodys_way(line):
    assert line in NGINX


def test_nginx_tells_of_too_much_and_sends_none_of_it():
    (block,) = re.findall(r"location @too_large \{(.+?)\}", NGINX, re.DOTALL)
    (announced,) = re.findall(r"Content-Length (\d+);", block)
    assert "proxy_pass_request_body off;" in block
    assert "proxy_set_header Connection close;" in block
    assert "proxy_set_header Host $http_host;" in block
    assert (
        int(announced) > 8 * 1024 * 1024
    )  # up to where variants read what they refuse


def test_nginx_asks_nobody_for_metrics():
    (block,) = re.findall(r"location = /metrics \{(.+?)\}", NGINX, re.DOTALL)
    assert block.split() == ["proxy_pass", "http://same/metrics/;"]


def test_postgresql_has_connections_for_all():
    (setting,) = (
        word for word in SERVICES["postgres"]["command"] if "max_connections" in word
    )
    assert int(setting.partition("=")[2]) > len(VARIANTS) * MOST_CONNECTIONS
