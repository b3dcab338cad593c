#!/usr/bin/env bats
# Wagons of luet's in a registry of images (type docker): a real one, with and without tokens.
# shellcheck disable=SC2154,SC2030,SC2031 # output, stderr: bats sets them; PACKAGES: each test is a subshell

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  FILES=$ROOT/etc/fardel/repos.d
  rm -rf -- "$ROOT"/opt/hello-luet
  mkdir -p "$FILES"
}
teardown() { finish; }
# installs: packages of luet's are laid in a stage.
installs() { skip_unless mount userns; }

PACKAGES='[
  {"name": "app-x/hello", "version": "1.0+1", "files": {"opt/hello-luet/hello": {"text": "#!/bin/sh\necho hello\n", "mode": "0755"}, "opt/hello-luet/share/a": "a"},
   "requires": ["sys-libs/c >=2"], "description": "Says hello", "finalize": {"install": ["echo made >/srv/finalized"]}},
  {"name": "sys-libs/c", "version": "2.1", "files": {"opt/hello-luet/c": "c"}}]'

# push [KEY=VALUE…]: PACKAGES to REGISTRY/team/wagon.
push() { "$LIB/wagon.py" "http://$REGISTRY/v2/team/wagon" "$@" <<<"$PACKAGES"; }

# use URL… [-- LINE…]: the repository main is there, and lines of its file.
use() {
  local urls=()
  while (($#)) && [[ $1 != -- ]]; do
    urls+=("$1")
    shift
  done
  printf '%s\n' 'name: main' 'type: docker' 'enable: true' 'format: luet' 'urls:' >"$FILES/main.yml"
  printf -- '- %s\n' "${urls[@]}" >>"$FILES/main.yml"
  (($# < 2)) || printf '%s\n' "${@:2}" >>"$FILES/main.yml"
  chmod 600 "$FILES/main.yml"
}

# asked: what the registry's log has, "METHOD PATH STATUS" a line.
asked() { sed -n 's/^.*"\([A-Z]* [^ ]*\) HTTP[^"]*" \([0-9]*\) .*/\1 \2/p' "$REGISTRY_LOG" | grep -v ' /v2/ ' || true; }
forget() { sleep 0.2 && : >"$REGISTRY_LOG"; }
is_asked() { [[ $(asked) == "$1" ]]; }
layer_of() { sed -n 's/^- //p' "$ROOT/var/lib/fardel/installed/$1/artifact.yaml"; }

@test "from a registry to an installed package, and all the way back" {
  installs
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == main$'\t'*updated && $stderr != *'cannot be used'* ]]
  run --separate-stderr -0 fardel --plain repo list
  [[ $output == *docker* && $output == *"$REGISTRY/team/wagon"* ]]
  run --separate-stderr -0 fardel search hello
  [[ $output == *app-x/hello* ]]
  run --separate-stderr -0 fardel files --available app-x/hello
  [[ $output == *opt/hello-luet/hello* ]]
  run --separate-stderr -0 fardel show app-x/hello
  [[ $output == *1.0+1* ]]
  before=$(manifest)
  fardel install -y --dry-run app-x/hello
  fardel preview app-x/hello -y
  [[ $(manifest) == "$before" ]]
  run --separate-stderr -0 fardel --verbose install -y app-x/hello
  [[ $stderr == *'the image hello-app-x-1.0-1 is sha256:'* ]]
  [[ $("$ROOT/opt/hello-luet/hello") == hello && -e $ROOT/opt/hello-luet/c && -e $ROOT/srv/finalized ]]
  [[ $stderr == *"is sha256:$(layer_of app-x:hello)"* ]]
  [[ -e $ROOT/var/cache/fardel/packs/sha256/$(layer_of app-x:hello | cut -c 1-2)/$(layer_of app-x:hello) ]]
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $stderr != *moved* ]]
  fardel verify
  # What is damaged comes from the cache again, and where that has lost it, from the registry.
  echo damaged >"$ROOT/opt/hello-luet/share/a"
  fardel verify --repair app-x/hello
  [[ $(cat "$ROOT/opt/hello-luet/share/a") == a ]]
  rm -rf "$ROOT"/var/cache/fardel/packs
  fardel download app-x/hello
  echo damaged >"$ROOT/opt/hello-luet/share/a"
  fardel verify --repair app-x/hello
  [[ $(cat "$ROOT/opt/hello-luet/share/a") == a ]]
  fardel remove -y --cascade sys-libs/c
  [[ $(manifest) == "$before" ]]
}

@test "--offline: what a tag stood for the last time is installed from the cache; one that was never asked for nobody can" {
  installs
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  run --separate-stderr -2 fardel install -y --offline app-x/hello
  [[ $stderr == *'image '*': what its tag stands for only the registry can say'*'--offline was given'*'in the cache are not fetched again'* ]]
  fardel download app-x/hello sys-libs/c
  # Whatever the registry says by now.
  PACKAGES=${PACKAGES/echo hello/echo moved} push revision=1
  forget
  fardel install -y --offline app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  echo damaged >"$ROOT/opt/hello-luet/share/a"
  fardel verify --repair --offline app-x/hello
  [[ $(cat "$ROOT/opt/hello-luet/share/a") == a ]]
  run --separate-stderr -0 fardel reinstall --offline app-x/hello
  [[ $stderr != *moved* ]]
  fardel remove -y app-x/hello
  fardel undo --offline 5
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  [[ -z $(asked) ]]
  # Another place is another registry; a layer that the cache has lost does not come.
  use "$REGISTRY/team/other"
  run --separate-stderr -2 fardel reinstall --offline app-x/hello
  [[ $stderr == *'only the registry can say'* ]]
  use "$REGISTRY/team/wagon"
  rm -rf "$ROOT"/var/cache/fardel/packs
  run --separate-stderr -2 fardel reinstall --offline app-x/hello
  [[ $stderr == *'not in the cache'* && $stderr != *'only the registry'* ]]
  [[ -z $(asked) ]]
}

@test "an upgrade: the newer version's image, and undo" {
  installs
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  fardel install -y app-x/hello
  PACKAGES=${PACKAGES//1.0+1/1.0+2} && PACKAGES=${PACKAGES/echo hello/echo newer}
  push revision=2
  fardel -qq repo update
  run --separate-stderr -0 fardel list --upgradable
  [[ $output == *app-x/hello* && $output != *sys-libs/c* ]]
  fardel upgrade
  [[ $("$ROOT/opt/hello-luet/hello") == newer ]]
  run --separate-stderr -0 fardel list --upgradable
  [[ $output != *app-x/hello* ]]
  fardel undo 2
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
}

@test "unchanged: one conditional request, and nothing is written; a registry without ETags: the manifest says it" {
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  times() { find "$ROOT"/var/lib/fardel "$ROOT"/var/cache/fardel -printf '%p %s %T@\n' | grep -v -- '-shm ' | LC_ALL=C sort; }
  before=$(times)
  for _ in 1 2; do
    forget
    run --separate-stderr -0 fardel --plain repo update
    [[ $output == main$'\t'1$'\t'1$'\t'0$'\t'0$'\t'1$'\t'*unchanged ]]
    wait_for is_asked 'GET /v2/team/wagon/manifests/repository.yaml 304'
  done
  [[ $(times) == "$before" ]]
  # By a proxy that takes them away.
  serve "$VENDOR" "location /v2/ { proxy_pass http://$REGISTRY; proxy_hide_header ETag; proxy_set_header If-None-Match ''; }"
  use "${URL#http://}/team/wagon"
  fardel -qq repo update
  before=$(times)
  forget
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == main$'\t'*$'\t'1$'\t'*unchanged ]]
  wait_for is_asked 'GET /v2/team/wagon/manifests/repository.yaml 200'
  [[ $(times) == "$before" ]]
}

@test "manifests of OCI, lists of them, layers in zstd or none, both layouts of a wagon" {
  installs
  serve_registry ""
  number=0
  for form in oci list docker; do
    for layers in gzip none zstd; do
      for layout in v2 v1; do
        [[ $layout == v2 || $form == oci ]] || continue
        push revision=$((++number)) form=$form layers=$layers layout=$layout
        use "$REGISTRY/team/wagon"
        run --separate-stderr -0 fardel --plain repo update
        [[ $output == *updated && $stderr != *'cannot be used'* ]]
        fardel install -y app-x/hello
        [[ $("$ROOT/opt/hello-luet/hello") == hello && ! -e $ROOT/etc/other ]]
        fardel remove -y app-x/hello sys-libs/c
        rm -rf "$ROOT"/var/cache/fardel/packs
      done
    done
  done
}

@test "several layers: one over the other, with what is hidden" {
  installs
  serve_registry ""
  PACKAGES='[{"name": "app-x/hello", "version": "1", "layers": [
    [["opt/hello-luet/share/", null], ["opt/hello-luet/share/a", "lowest"], ["opt/hello-luet/share/b", "lowest"], ["opt/hello-luet/share/d/x", "x"],
     ["opt/hello-luet/share/o/x", "x"]],
    [["opt/hello-luet/share/.wh.b", ""], ["opt/hello-luet/share/.wh.d", ""], ["opt/hello-luet/share/c", "middle"]],
    [["opt/hello-luet/share/a", "top"], ["opt/hello-luet/share/o/.wh..wh..opq", ""], ["opt/hello-luet/share/o/y", "y"]]]}]'
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  before=$(manifest)
  fardel install -y app-x/hello
  [[ $(cd "$ROOT/opt/hello-luet/share" && find . -type f | LC_ALL=C sort | paste -sd ' ') == './a ./c ./o/y' ]]
  [[ $(cat "$ROOT/opt/hello-luet/share/a") == top ]]
  [[ $(layer_of app-x:hello | wc -l) == 3 ]]
  run --separate-stderr -0 fardel show app-x/hello
  [[ $output == *'hello-app-x-1.3: a layer of its image, '*'in the cache'* && $output != *rules* ]]
  echo damaged >"$ROOT/opt/hello-luet/share/c"
  fardel verify --repair app-x/hello
  [[ $(cat "$ROOT/opt/hello-luet/share/c") == middle ]]
  run --separate-stderr -0 fardel list --json
  fardel remove -y app-x/hello
  [[ $(manifest) == "$before" ]]
}

@test "what is to be fetched: each layer once that the cache does not have; before the tag was asked for nobody knows how many" {
  installs
  serve_registry ""
  PACKAGES='[{"name": "app-x/hello", "version": "1", "layers": [[["opt/hello-luet/share/a", "alike"]], [["opt/hello-luet/share/b", "of hello"]], [["opt/hello-luet/share/a", "alike"]]]},
    {"name": "app-x/other", "version": "1", "layers": [[["opt/hello-luet/share/a", "alike"]], [["opt/hello-luet/share/c", "of other"]]]}]'
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  for command in install download; do
    run --separate-stderr -0 fardel "$command" -y --dry-run app-x/hello app-x/other
    [[ $output$stderr == *'To fetch: 2 packs.'* ]]
    run --separate-stderr -0 fardel --plain "$command" -y --dry-run app-x/hello
    [[ $output == *fetch* && $output != *cached* ]]
    run --separate-stderr -2 fardel "$command" -y --dry-run --offline app-x/hello
  done
  run --separate-stderr -0 fardel download app-x/hello
  [[ $stderr == *' in 2 packs.'* ]]
  run --separate-stderr -0 fardel install -y --dry-run --offline app-x/hello
  # Of the other one its own layer, once it is known.
  run --separate-stderr -0 fardel download app-x/other
  [[ $stderr == *' in 1 pack (1 of 2 is in the cache).'* ]]
  for layer in "$ROOT"/var/cache/fardel/packs/sha256/??/*; do
    ! zcat "$layer" | grep -q 'of hello' || rm "$layer"
  done
  run --separate-stderr -0 fardel install -y --dry-run app-x/hello app-x/other
  [[ $output$stderr == *' in 1 pack (2 of 3 are in the cache).'* ]]
  run --separate-stderr -0 fardel install -y app-x/other
  [[ $stderr != *'To fetch'* ]]
  run --separate-stderr -0 fardel install -y app-x/hello
  [[ $stderr == *' in 1 pack (1 of 2 is in the cache).'* ]]
}

@test "packages of one tag: neither is offered, and it is said" {
  serve_registry ""
  PACKAGES='[{"name": "app-x/hello", "version": "1.0+1"}, {"name": "app-x/hello", "version": "1.0-1"}, {"name": "x/a-b", "version": "1"}, {"name": "b-x/a", "version": "1"},
    {"name": "app-x/fine", "version": "1"}]'
  push revision=1
  use "$REGISTRY/team/wagon"
  run --separate-stderr -0 fardel repo update
  [[ $stderr == *'4 of its packages cannot be used'*'another package has the same tag'* ]]
  run --separate-stderr -0 fardel search --json a
  [[ $(fardel search --json | jq -r '.packages[].name' | paste -sd ' ') == app-x/fine || $(fardel search --json fine | jq -r '.packages[].name') == app-x/fine ]]
  run --separate-stderr -3 fardel install -y app-x/hello
}

@test "a tag that was moved: an upgrade does not look, who asks for it anew is told both digests" {
  installs
  serve_registry ""
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  fardel install -y app-x/hello
  was=$(layer_of app-x:hello)
  PACKAGES=${PACKAGES/echo hello/echo moved}
  push revision=2
  fardel -qq repo update
  run --separate-stderr -0 fardel upgrade
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == moved ]]
  [[ $stderr == *'moved the tag hello-app-x-1.0-1'*"what is here of version 1.0+1 is sha256:$was"* ]]
  [[ $stderr == *"it is sha256:$(layer_of app-x:hello) now"* ]]
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == moved ]]
}

@test "a tag that was moved since it was asked for, though nothing of it is here: it is said when that was; of another repository, or once that was forgotten, it is not" {
  installs
  serve_registry ""
  PACKAGES='[{"name": "app-x/hello", "version": "1", "files": {"opt/hello-luet/share/a": "first"}}]'
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  fardel download app-x/hello
  was=$(cd "$ROOT/var/cache/fardel/packs/sha256" && echo ??/????????*) && was=${was#*/}
  PACKAGES=${PACKAGES/first/second} && push revision=1
  run --separate-stderr -0 fardel preview app-x/hello
  [[ $stderr == *"moved the tag hello-app-x-1: it is sha256:"*" now, and on $(date +%Y-%m-%d)"*" it was sha256:$was"* ]]
  run --separate-stderr -0 fardel install -y app-x/hello
  [[ $stderr != *moved* && $(cat "$ROOT/opt/hello-luet/share/a") == second ]]
  second=$(layer_of app-x:hello)
  # Both differ: what is here, and what it was the last time.
  PACKAGES=${PACKAGES/second/third} && push revision=1
  fardel download app-x/hello
  PACKAGES=${PACKAGES/third/fourth} && push revision=1
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $stderr == *"what is here of version 1 is sha256:$second"* && $(grep -c 'moved the tag' <<<"$stderr") == 2 ]]
  # The same tag in another repository is another image, in the same registry, or in the place of the first.
  PACKAGES=${PACKAGES/fourth/other}
  "$LIB/wagon.py" "http://$REGISTRY/v2/team/other" revision=7 <<<"$PACKAGES"
  printf '%s\n' 'name: other' 'type: docker' 'enable: true' 'format: luet' 'priority: 1' "urls: ['$REGISTRY/team/other']" >"$FILES/other.yml"
  fardel -qq repo update
  fardel repo disable main
  run --separate-stderr -0 fardel download app-x/hello
  [[ $stderr != *moved* ]]
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $stderr != *moved* && $(cat "$ROOT/opt/hello-luet/share/a") == other ]]
  rm "$FILES/other.yml"
  use "$REGISTRY/team/other"
  fardel -qq repo update --force --allow-older
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $stderr != *moved* ]]
  use "$REGISTRY/team/wagon"
  fardel -qq repo update --force --allow-older
  fardel reinstall app-x/hello
  fardel -q repo remove main
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  PACKAGES=${PACKAGES/other/fifth} && push revision=8
  run --separate-stderr -0 fardel reinstall app-x/hello
  [[ $stderr != *moved* && $(cat "$ROOT/opt/hello-luet/share/a") == fifth ]]
}

@test "a version that has no order: what is installed is not newer than itself" {
  installs
  serve_registry ""
  PACKAGES='[{"name": "app-x/hello", "version": "git", "files": {"opt/hello-luet/share/a": "a"}, "finalize": {"install": ["true"]}}]'
  push revision=1
  use "$REGISTRY/team/wagon"
  fardel -qq repo update
  fardel install -y app-x/hello
  run --separate-stderr -0 fardel --plain list --upgradable
  [[ -z $output ]]
  PACKAGES=${PACKAGES/'"finalize"'/'"description": "Newer", "finalize"'}
  push revision=2
  fardel -qq repo update
  run --separate-stderr -0 fardel --plain list --upgradable
  [[ $output == *app-x/hello* ]]
}

@test "mirrors: one that is down is passed over, for the index, for tags and for layers" {
  installs
  serve_registry ""
  push revision=1
  use 127.0.0.1:1/team/wagon "$REGISTRY/nobody" "$REGISTRY/team/wagon"
  run --separate-stderr -0 fardel --set fetch.retries=0 repo update
  fardel --set fetch.retries=0 install -y app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  use "$REGISTRY/nobody"
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update
  [[ $stderr == *repository.yaml*'404'* ]]
}

@test "user and password: shown where the registry asks for them" {
  installs
  serve_registry "auth: {htpasswd: {realm: tests, path: $WORK/htpasswd}}"
  [[ $(curl -so /dev/null -w '%{http_code}' "http://$REGISTRY/v2/") == 401 ]] || skip 'no htpasswd'
  # bcrypt of "secret"
  printf 'me:%s\n' "$(python3 -c 'import crypt; print(crypt.crypt("secret", crypt.mksalt(crypt.METHOD_BLOWFISH)))')" >"$WORK/htpasswd"
  push revision=1 auth="Basic $(printf me:secret | base64)"
  use "$REGISTRY/team/wagon"
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update
  [[ $stderr == *401* ]]
  for auth in 'username: me, password: secret' 'user: me, password: secret' "basic: $(printf me:secret | base64)" "auth: $(printf me:secret | base64)"; do
    rm -rf "$ROOT"/var/{lib,cache}/fardel
    use "$REGISTRY/team/wagon" -- "auth: {$auth}"
    fardel -qq repo update
  done
  fardel install -y app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  # netrc
  rm -rf "$ROOT"/var/{lib,cache}/fardel
  use "$REGISTRY/team/wagon"
  (umask 077 && printf 'machine 127.0.0.1 login me password secret\n' >"$ROOT/etc/fardel/netrc")
  fardel -qq repo update
  run ! grep -rq secret "$ROOT"/var/{lib,log}/fardel
}

# serve_private: a registry that wants tokens of TOKENS; $PUSH is what may push.
serve_private() {
  serve_tokens
  serve_registry "auth: {token: {realm: '$TOKENS/token', service: registry, issuer: tests, rootcertbundle: $WORK/cert.pem}}"
  PUSH="Bearer $(curl -s -u me:secret "$TOKENS/token?service=registry&scope=repository:team/wagon:pull,push" | jq -r .token)"
  push revision=1 auth="$PUSH"
  : >"$TOKENS_STATE/requests"
}
SCOPE='scope=repository%3Ateam%2Fwagon%3Apull'

@test "tokens: nobody's, a login's only for a realm that is named, an identity token's; each once for a run" {
  installs
  serve_private
  # The realm is on another port: that is another server.
  use "$REGISTRY/team/wagon" -- 'auth: {username: me, password: secret}'
  run --separate-stderr -2 fardel --set fetch.retries=0 repo update
  [[ $stderr == *401* ]]
  [[ $(cat "$TOKENS_STATE/requests") == "GET /token?service=registry&$SCOPE -" ]]
  : >"$TOKENS_STATE/requests"
  use "$REGISTRY/team/wagon" -- "auth: {username: me, password: secret, realm: '$TOKENS/token'}"
  fardel -qq repo update
  [[ $(cat "$TOKENS_STATE/requests") == "GET /token?service=registry&$SCOPE Basic $(printf me:secret | base64)" ]]
  forget
  run --separate-stderr -0 fardel --plain repo update
  [[ $output == *unchanged ]]
  wait_for is_asked 'GET /v2/team/wagon/manifests/repository.yaml 401
GET /v2/team/wagon/manifests/repository.yaml 304'
  fardel install -y app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  : >"$TOKENS_STATE/requests"
  use "$REGISTRY/team/wagon" -- "auth: {identitytoken: me-forever, realm: '$TOKENS/token'}"
  fardel -qq repo update --force
  [[ $(cat "$TOKENS_STATE/requests") == "POST /token - grant_type=refresh_token&client_id=fardel&refresh_token=me-forever&service=registry&$SCOPE" ]]
  : >"$TOKENS_STATE/requests"
  use "$REGISTRY/team/wagon" -- "auth: {registrytoken: '${PUSH#Bearer }'}"
  fardel -qq repo update --force
  [[ ! -s $TOKENS_STATE/requests ]]
  run ! grep -rqE 'secret|me-forever' "$ROOT"/var/{lib,log}/fardel
}

@test "tokens and redirects: what is shown to the registry goes to no other host" {
  installs
  serve_private
  # Layers are elsewhere, as registries have them.
  state=$WORK/elsewhere && mkdir -p "$state"
  serve "$VENDOR" "access_log $state/heard heard; location / { proxy_pass http://$REGISTRY; proxy_set_header Authorization '$PUSH'; }"
  elsewhere=$URL
  serve "$VENDOR" "location ~ ^/v2/.*/blobs/ { return 307 $elsewhere\$request_uri; } location / { proxy_pass http://$REGISTRY; }"
  use "${URL#http://}/team/wagon" -- "auth: {username: me, password: secret, realm: '$TOKENS/token'}"
  fardel -qq repo update
  fardel install -y app-x/hello
  [[ $("$ROOT/opt/hello-luet/hello") == hello ]]
  wait_for test -s "$state/heard"
  [[ $(sort -u "$state/heard") == '[]' || $(sort -u "$state/heard") == '[-]' ]]
}

@test "signed: repository.yaml.minisig is an image, too; that packages are not covered has to be said" {
  installs
  serve_registry ""
  push revision=1 key="$WORK/main.pub"
  use "$REGISTRY/team/wagon" -- "key: $(tail -n 1 "$WORK/main.pub")"
  run --separate-stderr -1 fardel repo update
  [[ $stderr == *'says nothing of the images'*'allow_unchecked: true'* ]]
  use "$REGISTRY/team/wagon" -- "key: $(tail -n 1 "$WORK/main.pub")" 'allow_unchecked: true'
  fardel -qq repo update
  fardel install -y app-x/hello
  push revision=2
  run --separate-stderr -5 fardel repo update
}

@test "two repositories at one place with other logins: it is said whose counts" {
  use quay.example/a -- 'auth: {username: me, password: s3cret}'
  sed -e 's/^name: .*/name: second/' -e 's/s3cret/other/' "$FILES/main.yml" >"$FILES/second.yml"
  chmod 600 "$FILES/second.yml"
  run --separate-stderr -0 fardel repo list
  [[ $stderr == *"second.yml: another repository has another login for https://quay.example/v2/a"* && $stderr != *s3cret* ]]
  sed -i 's/other/s3cret/' "$FILES/second.yml"
  run --separate-stderr -0 fardel repo list
  [[ $stderr != *'another login'* ]]
  sed -i '/^auth/d' "$FILES/second.yml"
  run --separate-stderr -0 fardel repo list
  [[ $stderr == *"second.yml: another repository has another login"* ]]
}

@test "repo add: of type docker; what its file may say" {
  serve_registry ""
  push revision=1
  for format in fardel packets; do
    run --separate-stderr -64 fardel repo add images "$REGISTRY/team/wagon" --type docker --format "$format"
    [[ $stderr == *'--type docker'*'--format luet'* && ! -e $FILES/images.yml ]]
  done
  run --separate-stderr -0 fardel repo add images "$REGISTRY/team/wagon" --type docker
  [[ $stderr == *'added as'* && $stderr != *'repo trust'* ]]
  fardel -qq repo update images
  rm "$FILES/images.yml"
  fardel repo add images "$REGISTRY/team/wagon" --type docker --format luet
  grep -qx 'type: docker' "$FILES/images.yml"
  fardel -qq repo update images
  # Its index says of packages that they are images; as another type none of it can be used.
  sed -i -e 's/^type: .*/type: http/' -e "s|^- .*|- http://$REGISTRY/team/wagon|" "$FILES/images.yml"
  run --separate-stderr -1 fardel install -y app-x/hello
  [[ $stderr == *'images was synced as another type than http'*'repo update --force images'* ]]
  rm "$FILES/images.yml"
  run --separate-stderr -64 fardel repo add images 'quay.example/a:tag' --type docker --format luet
  [[ $stderr == *'HOST[:PORT]/PATH'* || $stderr == *'no tag'* ]]
  for url in quay.example quay.example/A quay.example/a:tag http://quay.example/a https:// 'me:pw@quay.example/a'; do
    use "'$url'"
    run --separate-stderr fardel repo update
    ((status == 6 || status == 1 || status == 3))
    [[ $stderr == *urls* ]]
  done
  use quay.example/a -- 'auth: {realm: "http://elsewhere.example/token"}'
  run --separate-stderr fardel repo update
  [[ $stderr == *realm* ]]
  use quay.example/a
  sed -i 's/^format.*//' "$FILES/main.yml"
  run --separate-stderr fardel repo update
  [[ $stderr == *'only repositories of luet'*'format: luet'* ]]
}
