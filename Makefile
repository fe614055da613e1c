# `make` or `make help` lists the targets. Each one may be called again and again.
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test bench load chaos check lock
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python
UV ?= uv
ARGS ?=

help: ## danh sách lệnh này / this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

setup: ## cài đặt / install what is missing, once
	@./setup.sh

demo: setup ## xem thử từ đầu đến cuối / see it work, from a scan to tracked tasks
	@$(PYTHON) -m service.demo $(ARGS)

serve: setup ## chạy dịch vụ / run the service
	@$(PYTHON) -m service serve $(ARGS)

test: ## chạy kiểm thử / run the tests; ARGS="-k word" for some
	@./setup.sh tests
	@$(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup ## đo độ chính xác và tốc độ / measure accuracy and speed
	@$(PYTHON) -m corpus bench $(ARGS)

load: setup ## đo dịch vụ dưới tải / measure the service under load
	@$(PYTHON) -m corpus load $(ARGS)

chaos: setup ## giết dịch vụ hơn 200 lần, xem có mất gì không / kill the service over and over; is anything lost?
	@$(PYTHON) -m tests.whole.chaos $(ARGS)

check: setup ## định dạng, quy tắc, kiểu / format, lint, types, locks
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary
	@! grep -n '://' requirements.lock requirements-dev.lock || { echo "An address stands in a lock file: make lock" >&2; exit 1; }

# uv.lock records the hosts it was made from, so it is thrown away: what is kept holds names, versions and checksums only.
lock: ## khóa lại phiên bản thư viện / pin the libraries anew (needs uv)
	@command -v $(UV) >/dev/null || { echo "Cần uv / uv is needed: pip install uv" >&2; exit 1; }
	@rm -f uv.lock
	@env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX -u UV_FIND_LINKS $(UV) lock --quiet --no-config
	@$(UV) export --quiet --frozen --no-emit-project --no-header --no-annotate --no-dev --extra oidc -o requirements.lock
	@$(UV) export --quiet --frozen --no-emit-project --no-header --no-annotate -o requirements-dev.lock
	@rm -f uv.lock
