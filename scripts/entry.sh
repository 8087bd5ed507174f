# entry.sh: sourced by every command here: `start NAME "$@"` runs scripts/lib/NAME.py with Python,
# which is installed first if need be. Works from any directory, by any path, also with spaces.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

start() {
  local name=$1
  shift
  if ! command -v python3 >/dev/null; then
    local word refuse=""
    for word in "$@"; do [ "$word" = --no-install ] && refuse=--no-install; done
    "$here/setup" python $refuse || exit 126
  fi
  export PYTHONPYCACHEPREFIX="$here/../build/pycache"
  exec python3 "$here/lib/$name.py" "$@"
}
