#!/usr/bin/env bash
# Says what the change lets plugins newly do. Goes out: Markdown, in the summary of the run and for the comment; a verdict; and the
# approval, a word that stands for exactly what is wider. Refuses nothing: that is for the steps that follow.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

page=$review/page.md
why=$review/why.txt

# Lines as code: nothing in them is Markdown, whoever wrote them.
quoted() {
  sed 's/^/    /'
}

# A word for what is said on standard input, and for the folder that it is said of.
word() {
  { printf '%s\0' "$folder" && cat; } | sha256sum | cut -c1-32
}

# Everything that plugins may do, where there is nothing that it could be compared with.
everything() {
  "$tool" snapshot "./$folder" > "$review/everything.txt" 2> /dev/null
  approval=$(word < "$review/everything.txt")
}

# What is wider, each thing once, whatever the lines are that give it.
wider() {
  "$tool" diff "$commit:$folder" "$folder" --only widening --format json > "$review/wider.json" 2> /dev/null
  if [ "$(jq -r .cut "$review/wider.json")" = true ]; then
    everything
    return
  fi
  local things='.plugins[] | .id as $id | .changes[] | select(.turn == "wider") | [$id, .topic, .of, .says, .set, .witness]'
  approval=$(jq -cS "$things" "$review/wider.json" | word)
}

[ -n "$base" ] || fail "there is nothing to compare with: give a base"
commit=$(base_commit)
[ -n "$commit" ] || fail "the base is not in this repository: check it out whole, as with fetch-depth: 0"
approval=none
code=0
if ! "$tool" plan "./$folder" > /dev/null 2> "$why"; then
  verdict=broken
  printf '### Policy diff: not compared\n\nThere is no plan of this change: see what the check says.\n' > "$page"
elif ! base_has "$commit" host.kdl; then
  verdict=new
  everything
  { printf '### Policy diff: a new host\n\nThere was none before. Its plugins may do this:\n\n' && quoted < "$review/everything.txt"; } > "$page"
else
  "$tool" diff "$commit:$folder" "$folder" --deny-widening --format markdown > "$page" 2> "$why" || code=$?
  case "$code" in
    0) verdict=none ;;
    1) verdict=wider && wider ;;
    *)
      verdict=unknown
      everything
      { printf '### Policy diff: not compared\n\n' && quoted < "$why" && printf '\nPlugins may do this now:\n\n' && quoted < "$review/everything.txt"; } > "$page"
      ;;
  esac
fi
case "$verdict" in
  wider | new | unknown)
    printf '\nWhoever may label this pull request approves of exactly this with the label `ambit-allow-%s`.\n' "$approval" >> "$page"
    ;;
esac
printf '%s\n' "$verdict" > "$review/verdict"
printf '%s\n' "$approval" > "$review/approval"
output verdict "$verdict"
output approval "$approval"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  # A summary may have 1 MiB; what is behind that is in the log.
  head -c 1000000 "$page" >> "$GITHUB_STEP_SUMMARY"
fi
shown cat "$page"
