# Shared by the scripts in ops/: installing, building, saying what happens. Sourced, from the repository's top.

# ccache takes what includes precompiled headers only under these.
export CCACHE_SLOPPINESS=pch_defines,time_macros
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# As root directly, else through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages FILE: those of the list that are not installed yet.
install_packages() {
  local wanted missing=() package
  wanted=$(grep -v '^#' "$1")
  for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >build-packages.log 2>&1 || {
    tail -20 build-packages.log >&2
    fail "The packages could not be installed (see above)."
  }
  rm -f build-packages.log
}

# Node 18 or newer: Debian 12's, unless another is there.
install_node() {
  if command -v node >/dev/null && command -v npm >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0] >= 18')" = true ]; then
    return 0
  fi
  step "Installing Node"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
}

# npm_install FOLDER: the locked packages, when the lock changed since the last time.
npm_install() {
  local stamp="$1/node_modules/.installed"
  if [ -f "$stamp" ] && cmp -s "$stamp" "$1/package-lock.json"; then return 0; fi
  step "Installing the npm packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$1/package-lock.json" "$stamp"
}

build_webui() {
  [ -f webui/package.json ] || return 0
  npm_install webui
  local newest
  newest=$(find webui -path webui/node_modules -prune -o -path webui/dist -prune -o -type f -newer webui/dist/index.html -print \
    2>/dev/null | head -1 || true)
  if [ -f webui/dist/index.html ] && [ -z "$newest" ]; then return 0; fi
  step "Building the web UI"
  (cd webui && npm run --silent build)
}

# configure FOLDER OPTIONS…  In CI, which builds once and from nothing, files are compiled in groups.
configure() {
  mkdir -p build
  local folder=$1
  shift
  cmake -S . -B "$folder" -G Ninja ${CI:+-DFACTEUR_UNITY=ON} "$@" >"$folder.log" 2>&1 || {
    cat "$folder.log" >&2
    fail "CMake could not configure $folder (see above)."
  }
  rm -f "$folder.log"
}

compile() { ninja -C "$@" || fail "The build of $1 failed (see above)."; }
