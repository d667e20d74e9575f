#!/usr/bin/env bash
# Lets what is wider pass only where someone approved of it. Comes in: the verdict of the comparison; AMBIT_ALLOW, which is `true`
# or an approval; AMBIT_LABELS, the labels of the pull request as a JSON list. An approval stands for exactly what was compared:
# where anything else becomes wider, it is another one.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[ -f "$review/verdict" ] && [ -f "$review/approval" ] || fail "nothing was compared"
verdict=$(cat "$review/verdict")
approval=$(cat "$review/approval")
case "$verdict" in
  none) printf 'review: no plugin can do more\n' && exit 0 ;;
  wider | new | unknown) ;;
  *) fail "there is no plan of this change" 1 ;;
esac
case "$approval" in
  *[!0-9a-f]* | '') fail "what was compared has no approval" ;;
esac
if [ "${AMBIT_ALLOW:-false}" = true ] || [ "${AMBIT_ALLOW:-false}" = "$approval" ]; then
  printf 'review: wider, and allowed by the input\n'
  exit 0
fi
label=ambit-allow-$approval
labels=${AMBIT_LABELS:-}
case "$labels" in
  '' | null) labels='[]' ;;
esac
if jq -e --arg wanted "$label" 'type == "array" and any(. == $wanted)' <<< "$labels" > /dev/null; then
  printf 'review: wider, and approved by the label %s\n' "$label"
  exit 0
fi
fail "plugins can do more, and nobody approved: see the comparison, and add the label $label" 1
