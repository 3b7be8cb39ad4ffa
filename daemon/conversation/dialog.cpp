// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog.h"

#include "daemon/config/flow_tables.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

namespace loquet::conversation {

namespace {

constexpr const char* this_machine = "127.0.0.1";
constexpr std::size_t bytes_of_a_network = 8; // of IPv6: a /64

std::string text_of(const in_addr& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &address, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string place_of(const in_addr& address) {
    constexpr std::uint32_t loopback = 127;
    return ::ntohl(address.s_addr) >> 24U == loopback ? this_machine : text_of(address);
}

/// `zone`: the interface of a link-local address.
std::string place_of(const in6_addr& address, std::string_view zone) {
    if (IN6_IS_ADDR_LOOPBACK(&address)) {
        return this_machine;
    }
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        in_addr inner{};
        std::memcpy(&inner, &address.s6_addr[sizeof address - sizeof inner], sizeof inner);
        return place_of(inner);
    }
    in6_addr network{};
    std::memcpy(&network, &address, bytes_of_a_network);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET6, &network, text.data(), text.size()) == nullptr) {
        return {};
    }
    return std::string(text.data()) + "/64" + std::string(zone);
}

std::string name_place(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    while (!name.empty() && name.back() == '.') {
        name.pop_back();
    }
    const bool is_this_machine = name == "localhost" || name == "localhost.localdomain" || name == "ip6-localhost";
    return is_this_machine ? this_machine : name;
}

} // namespace

std::string host_place(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const std::size_t percent = host.find('%');
    const std::string_view zone = percent == std::string_view::npos ? std::string_view() : host.substr(percent);
    const std::string address(host.substr(0, percent));
    in_addr four{};
    in6_addr six{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
        return place_of(four);
    }
    if (::inet_pton(AF_INET6, address.c_str(), &six) == 1) {
        return place_of(six, IN6_IS_ADDR_LINKLOCAL(&six) ? zone : std::string_view());
    }
    return name_place(std::string(host));
}

std::optional<std::string> terminal_place(std::string_view tty) {
    constexpr std::string_view devices = "/dev/";
    if (tty.substr(0, devices.size()) == devices) {
        tty.remove_prefix(devices.size());
    }
    const auto begins_with = [&](std::string_view start) { return tty.substr(0, start.size()) == start; };
    // The terminals of old: /dev/ttyp0 to /dev/ttyef, and /dev/pty..
    const bool old_pseudo = begins_with("pty")
                            || (begins_with("tty") && tty.size() == 5
                                && std::string_view("pqrstuvwxyzabcde").find(tty[3]) != std::string_view::npos);
    const std::size_t colon = tty.find(':');
    const bool elsewhere = colon != std::string_view::npos && colon != 0;
    if (tty.empty() || tty == "tty" || tty == "ssh" || begins_with("pts/") || tty == "ptmx" || old_pseudo
        || elsewhere) {
        return std::nullopt;
    }
    return std::string(tty);
}

namespace {

/// Where root says that the person is, unless it says who that is: a set-uid program has been started by somebody who
/// is here already, under a terminal's number that everybody can have many of.
std::string thing_of(const Client& client) {
    if (!client.is_root() || client.real_uid.value_or(0) != 0) {
        return {};
    }
    if (!client.rhost.empty()) {
        return "host:" + host_place(client.rhost);
    }
    if (const auto display = terminal_place(client.seat)) {
        return "seat:" + *display;
    }
    const auto terminal = terminal_place(client.tty);
    return terminal ? "tty:" + *terminal : std::string();
}

} // namespace

std::string Client::place() const {
    const std::string thing = thing_of(*this);
    return thing.empty() ? "user:" + std::to_string(person()) : thing;
}

bool Client::is_at_a_person() const {
    return thing_of(*this).empty();
}

bool Dialog::logs_in() const noexcept {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    return spec != nullptr && spec->logs_in;
}

using model::TrustedPlace;

bool is_trusted(const Subject& subject, base::Milliseconds now, std::chrono::days trust) {
    if (!subject.account) {
        return false;
    }
    const auto& places = subject.account->private_part.trusted_places;
    return std::any_of(places.begin(), places.end(), [&](const TrustedPlace& known) {
        return known.place == subject.place && known.proved <= now && now - known.proved < trust;
    });
}

void trust(model::PrivateAccount& account, const model::Digest& place, base::Milliseconds now) {
    auto& places = account.trusted_places;
    std::erase_if(places, [&](const TrustedPlace& known) { return known.place == place; });
    if (places.size() >= trusted_places_kept) {
        places.erase(places.begin());
    }
    places.push_back({place, now});
}

using base::Error;

namespace {

template <class Map, class Key>
std::size_t count_of(const Map& map, const Key& key) {
    const auto place = map.find(key);
    return place == map.end() ? 0 : place->second;
}

template <class Map, class Key>
void count_down(Map& map, const Key& key) {
    const auto place = map.find(key);
    if (place != map.end() && --place->second == 0) {
        map.erase(place);
    }
}

} // namespace

void DialogTable::require_room(const Client& client) const {
    if (count_of(of_sender_, client.sender) >= limits::conversations_per_caller) {
        throw Error(Error::Kind::limited, "too many open dialogs on this connection: end one of them first");
    }
    if (!client.is_root() && count_of(of_uid_, client.uid) >= limits::conversations_per_uid) {
        throw Error(Error::Kind::limited, "too many open dialogs of this user: end one of them first");
    }
    if (dialogs_.size() >= limits::conversations) {
        throw Error(Error::Kind::limited, "too many open dialogs on this machine: try again in a moment");
    }
}

DialogId DialogTable::add(std::shared_ptr<Dialog> dialog) {
    ++of_sender_[dialog->client.sender];
    ++of_uid_[dialog->client.uid];
    dialogs_.emplace(++last_, std::move(dialog));
    return last_;
}

std::shared_ptr<Dialog> DialogTable::find(DialogId id, std::string_view sender) const {
    const auto place = dialogs_.find(id);
    if (place == dialogs_.end() || place->second->client.sender != sender) {
        throw Error(Error::Kind::not_found, "there is no such dialog: it ended, timed out, or is somebody else's");
    }
    return place->second;
}

std::shared_ptr<Dialog> DialogTable::remove(DialogId id) {
    const auto place = dialogs_.find(id);
    if (place == dialogs_.end()) {
        return nullptr;
    }
    std::shared_ptr<Dialog> dialog = std::move(place->second);
    count_down(of_sender_, dialog->client.sender);
    count_down(of_uid_, dialog->client.uid);
    dialogs_.erase(place);
    return dialog;
}

std::vector<DialogId> DialogTable::all_of(std::string_view sender) const {
    std::vector<DialogId> ids;
    if (!of_sender_.contains(sender)) {
        return ids;
    }
    for (const auto& [id, dialog] : dialogs_) {
        if (dialog->client.sender == sender) {
            ids.push_back(id);
        }
    }
    return ids;
}

std::vector<std::shared_ptr<Dialog>> DialogTable::remove_all_of(std::string_view sender) {
    std::vector<std::shared_ptr<Dialog>> removed;
    for (const DialogId id : all_of(sender)) {
        removed.push_back(remove(id));
    }
    return removed;
}

} // namespace loquet::conversation
