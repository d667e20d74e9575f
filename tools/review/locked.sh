#!/usr/bin/env bash
# Holds the folder to its lock: AMBIT_LOCK is `auto`, where there is or was one; `required`; or `off`. A lock that the change takes
# away does not pass for one that was never there.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

case "${AMBIT_LOCK:-auto}" in
  off) printf 'review: no lock is asked for\n' && exit 0 ;;
  auto | required) ;;
  *) fail "lock is auto, required or off" ;;
esac
commit=$(base_commit)
if [ -e "$folder/ambit.lock" ] || [ -L "$folder/ambit.lock" ] || [ "${AMBIT_LOCK:-auto}" = required ]; then
  linted --locked
elif [ -n "$commit" ] && base_has "$commit" ambit.lock; then
  fail "ambit.lock was taken away: put it back with plugin-check lock" 1
else
  printf 'review: there is no lock\n'
fi
