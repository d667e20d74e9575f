#!/usr/bin/env bash
# Puts the page on the pull request, in one comment that is written again at each push. Comes in: AMBIT_COMMENT, AMBIT_TOKEN,
# AMBIT_PULL, and of the runner GITHUB_REPOSITORY and GITHUB_API_URL. Where there can be none, as for a pull request from a fork,
# whose token only reads, it says so and is done: what refuses a change are the steps that follow.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

done_without() {
  printf 'review: no comment: %s\n' "$1"
  exit 0
}

[ "${AMBIT_COMMENT:-}" = true ] || done_without "nobody asked for one"
[ -n "${AMBIT_TOKEN:-}" ] || done_without "there is no token"
case "${AMBIT_PULL:-}" in
  '') done_without "this is no pull request" ;;
  *[!0-9]*) fail "the pull request is no number" ;;
esac
case "${GITHUB_REPOSITORY:?review: GITHUB_REPOSITORY names no repository}" in
  *[!A-Za-z0-9._/-]* | *..* | */*/*) fail "GITHUB_REPOSITORY is no repository" ;;
esac
api=${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY

# One request: method, path, and what is sent. The token is in no list of processes.
request() {
  curl --silent --show-error --fail-with-body --max-time 60 --request "$1" \
    --header @<(printf 'Authorization: Bearer %s\n' "$AMBIT_TOKEN") \
    --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' \
    "${@:3}" "$api/$2"
}

mark="<!-- ambit-review $(printf '%s' "$folder" | sha256sum | cut -c1-16) -->"

# The comment of an earlier run. One of a person that begins the same is a person's.
earlier() {
  local number=1 some
  while [ "$number" -le 30 ]; do
    some=$(request GET "issues/$AMBIT_PULL/comments?per_page=100&page=$number") || return 1
    jq -r --arg mark "$mark" '.[] | select(.user.type == "Bot" and (.body | startswith($mark))) | .id' <<< "$some" || return 1
    [ "$(jq length <<< "$some")" -eq 100 ] || return 0
    number=$((number + 1))
  done
}

body=$review/comment.json
{
  printf '%s\n' "$mark"
  # A comment may have 65,536 characters.
  head -c 60000 "$review/page.md" | iconv -c -f UTF-8 -t UTF-8
  if [ "$(wc -c < "$review/page.md")" -gt 60000 ]; then
    printf '\n\nThere is more: the summary of the run has all of it.\n'
  fi
} | jq -Rs '{body: .}' > "$body"
found=$(earlier) || done_without "the comments cannot be listed"
id=$(head -n 1 <<< "$found")
case "$id" in
  '') request POST "issues/$AMBIT_PULL/comments" --data-binary "@$body" > /dev/null || done_without "it was refused" ;;
  *[!0-9]*) fail "the comment has no number" ;;
  *) request PATCH "issues/comments/$id" --data-binary "@$body" > /dev/null || done_without "it was refused" ;;
esac
printf 'review: commented\n'
