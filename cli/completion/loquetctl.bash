# SPDX-License-Identifier: LGPL-2.1-or-later
# Bash completion for loquetctl: nouns, verbs and options; names of plugins and flows are those that are configured.
# tests/unit/cli compares the words below with what the program says it takes.

_loquetctl_options() {
    case "$1" in
    "account add")
        echo "--display-name --mail --phone --confirmed --shell --home --organisation --authorise --password-fd --no-password"
        ;;
    "account import") echo "--dry-run --must-change --without-passwords" ;;
    "account reset" | "account verify") echo "--by" ;;
    "account approve") echo "--request" ;;
    "account list") echo "--state --limit" ;;
    "account lock" | "account factor remove") echo "--reason" ;;
    "message list") echo "--account --state --limit" ;;
    "message preview") echo "--locale --set --messages" ;;
    "config check") echo "--config --profiles --messages" ;;
    "flow list" | "flow show") echo "--config --profiles" ;;
    "flow walk") echo "--service --as --language --messages --config --profiles" ;;
    "try-login") echo "--service --password-fd" ;;
    "passwd") echo "--password-fd" ;;
    "") echo "--json --no-pager --bus --version" ;;
    esac
}

_loquetctl_verbs() {
    case "$1" in
    "") echo "account message plugin config flow status try-login enrol change-address passwd" ;;
    account) echo "add import list show find lock unlock confirm reset factor verify approve" ;;
    "account factor") echo "list remove" ;;
    message) echo "list show retry preview" ;;
    plugin) echo "list check" ;;
    config) echo "check reload" ;;
    flow) echo "list show walk" ;;
    esac
}

# The values of an option; false for an option that takes none.
_loquetctl_value() {
    case "$1" in
    --state) mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_states)" -- "$2") ;;
    --as)
        mapfile -t COMPREPLY < <(compgen -W "known unknown locked locked-by-failures disabled no-secret no-address \
            unconfirmed factors expired" -- "$2")
        ;;
    --by) mapfile -t COMPREPLY < <(compgen -W "mail sms code" -- "$2") ;;
    --shell | --config) mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    --home | --messages | --profiles) mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    --authorise | --service) mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_services)" -- "$2") ;;
    --bus | --display-name | --mail | --phone | --organisation | --limit | --reason | --password-fd | --account | \
        --locale | --language | --set | --request)
        COMPREPLY=() ;;
    *) return 1 ;;
    esac
}

_loquetctl_services() {
    local file
    for file in /etc/pam.d/*; do
        [[ -e $file ]] && basename "$file"
    done
}

# Of an account, or of a message.
_loquetctl_states() {
    case " ${COMP_WORDS[*]} " in
    *" message "*) echo "queued sending sent deferred refused expired" ;;
    *) echo "active locked disabled" ;;
    esac
}

_loquetctl_texts() {
    sed -n 's/^\([a-z_.]*\) = .*/\1/p' /usr/share/loquet/messages/*.en.toml 2>/dev/null
}

_loquetctl_plugins() {
    local file
    for file in /etc/loquet/plugins/*.toml; do
        [[ -e $file ]] && basename "$file" .toml
    done
}

# Of the configuration of this machine.
_loquetctl_flows() {
    loquetctl --json flow list 2>/dev/null | sed -n 's/^{"name":"\([^"\\]*\)".*/\1/p'
}

_loquetctl_purposes() {
    _loquetctl_flows | sed 's/[.]service[.].*//' | sort -u
    echo self-service enter-code
}

_loquetctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} noun="" verb="" deeper="" i
    COMPREPLY=()
    _loquetctl_value "$previous" "$current" && return

    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
        -*) ;;
        *)
            _loquetctl_value "${COMP_WORDS[i - 1]}" "" && continue
            if [[ -z $noun ]]; then
                noun=${COMP_WORDS[i]}
            elif [[ -z $verb ]]; then
                verb=${COMP_WORDS[i]}
            elif [[ -z $deeper && -n $(_loquetctl_verbs "$noun $verb") ]]; then
                deeper=${COMP_WORDS[i]}
            fi
            ;;
        esac
    done
    COMPREPLY=()

    if [[ $current == -* ]]; then
        local command=$noun
        [[ -n $(_loquetctl_verbs "$noun") && -n $noun ]] && command="$noun $verb"
        [[ -n $deeper ]] && command="$command $deeper"
        mapfile -t COMPREPLY < <(compgen -W "--help $(_loquetctl_options "${command% }") $(_loquetctl_options "")" -- "$current")
    elif [[ -z $verb && -n $(_loquetctl_verbs "$noun") ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_verbs "$noun")" -- "$current")
    elif [[ -n $verb && -z $deeper && -n $(_loquetctl_verbs "$noun $verb") ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_verbs "$noun $verb")" -- "$current")
    elif [[ "$noun $verb" == "account import" ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    elif [[ "$noun $verb" == "message preview" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_texts)" -- "$current")
    elif [[ "$noun $verb" == "flow show" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_flows)" -- "$current")
    elif [[ "$noun $verb" == "flow walk" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_purposes)" -- "$current")
    elif [[ "$noun $verb" == "plugin check" ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_loquetctl_plugins)" -- "$current")
    fi
}

complete -F _loquetctl loquetctl
