// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/property.h"

#include <cstring>

namespace loquet::bus {

namespace {

constexpr std::size_t bus_name_bytes = 255;

int read_by_filter_alone(sd_bus* /*bus*/, const char* /*path*/, const char* /*interface*/, const char* /*name*/,
                         sd_bus_message* /*reply*/, void* /*self*/, sd_bus_error* error) noexcept {
    return sd_bus_error_set_const(error, SD_BUS_ERROR_ACCESS_DENIED, "ask for this property by Get or GetAll");
}

} // namespace

void tell_changed(Connection& connection, const std::string& path, const char* interface,
                  std::span<const char* const> names, const std::string& peer) {
    const Message signal = connection.signal(path.c_str(), properties_interface, "PropertiesChanged");
    Writer writer(signal.get());
    writer.text(interface).dictionary([] {});
    writer.array("s", [&] {
        for (const char* const each : names) {
            writer.text(each);
        }
    });
    connection.send_to(signal, peer);
}

namespace detail {

sd_bus_vtable property_entry(const char* name, const char* signature, bool constant) noexcept {
    sd_bus_vtable entry;
    std::memset(&entry, 0, sizeof entry); // sd-bus asks for zeros in what a shorter member of the union leaves
    entry.type = _SD_BUS_VTABLE_PROPERTY;
    entry.flags = constant ? SD_BUS_VTABLE_PROPERTY_CONST : SD_BUS_VTABLE_PROPERTY_EMITS_INVALIDATION;
    entry.x.property.member = name;
    entry.x.property.signature = signature;
    entry.x.property.get = read_by_filter_alone;
    return entry;
}

Requested what_is_asked(sd_bus_message* message) noexcept {
    if (sd_bus_message_is_method_call(message, properties_interface, "Get") > 0) {
        return Requested::one;
    }
    return sd_bus_message_is_method_call(message, properties_interface, "GetAll") > 0 ? Requested::all
                                                                                      : Requested::nothing;
}

Wanted Wanted::read_one(Reader& reader) {
    Wanted wanted = read_all(reader);
    wanted.name = reader.text(bus_name_bytes);
    return wanted;
}

Wanted Wanted::read_all(Reader& reader) {
    return {std::string(reader.text(bus_name_bytes)), {}};
}

} // namespace detail

} // namespace loquet::bus
