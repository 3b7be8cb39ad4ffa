// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/object_watchers.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

namespace loquet::api {

void ObjectWatchers::watch(const std::string& sender) {
    if (!watchers_.contains(sender) && watchers_.size() >= limits::object_watchers) {
        throw base::Error(base::Error::Kind::limited, "too many programs watch the accounts: end one of them first");
    }
    watchers_.insert(sender);
}

void ObjectWatchers::forget(std::string_view sender) {
    const auto watcher = watchers_.find(sender);
    if (watcher != watchers_.end()) {
        watchers_.erase(watcher);
    }
}

void ObjectWatchers::tell_added(const std::string& path, const char* object_interface) {
    for (const std::string& watcher : watchers_) {
        tell_added(path, object_interface, watcher);
    }
}

void ObjectWatchers::tell_added(const std::string& path, const char* object_interface, const std::string& owner) {
    const bus::Message signal = connection_.signal(protocol::root_path, interface, "InterfacesAdded");
    bus::Writer writer(signal.get());
    writer.object_path(path);
    writer.array("{sa{sv}}", [&] { writer.pair("sa{sv}", [&] { writer.text(object_interface).dictionary([] {}); }); });
    connection_.send_to(signal, owner);
}

void ObjectWatchers::tell_removed(const std::string& path, const char* object_interface, const std::string& owner) {
    const bus::Message signal = connection_.signal(protocol::root_path, interface, "InterfacesRemoved");
    bus::Writer(signal.get()).object_path(path).texts({object_interface});
    connection_.send_to(signal, owner);
}

} // namespace loquet::api
