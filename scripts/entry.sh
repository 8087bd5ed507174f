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
  # A descriptor that is closed would be that of the next file somebody opens.
  [ -e /proc/$$/fd/0 ] || exec </dev/null
  [ -e /proc/$$/fd/1 ] || exec 1</dev/null  # what is written there fails, as it should
  [ -e /proc/$$/fd/2 ] || exec 2>/dev/null
  export PYTHONPYCACHEPREFIX="$here/../build/pycache"
  exec python3 "$here/lib/$name.py" "$@"
}
