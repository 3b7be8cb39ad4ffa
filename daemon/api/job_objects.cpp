// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/job_objects.h"

#include "daemon/api/object_path.h"
#include "lib/bus/method.h"
#include "lib/protocol/names.h"

#include <string_view>

namespace loquet::api {

using accounts::Import;

namespace {

const char* name_of(Import::State state) {
    switch (state) {
    case Import::State::running:
        return "running";
    case Import::State::done:
        return "done";
    case Import::State::failed:
        return "failed";
    case Import::State::cancelled:
        return "cancelled";
    }
    return "failed";
}

void write_property(bus::Writer& writer, const Import::Progress& progress, std::string_view name) {
    if (name == "State") {
        writer.text(name_of(progress.state));
    } else if (name == "Failure") {
        writer.text(progress.failure);
    } else if (name == "Done") {
        writer.u64(progress.bytes_done);
    } else if (name == "Total") {
        writer.u64(progress.bytes_in_all);
    } else if (name == "Created") {
        writer.u64(progress.created);
    } else if (name == "Unchanged") {
        writer.u64(progress.unchanged);
    } else if (name == "Failed") {
        writer.u64(progress.refused);
    } else {
        writer.array("(ts)", [&] {
            for (const accounts::LineError& error : progress.errors) {
                writer.structure("ts", [&] { writer.u64(error.line).text(error.sentence); });
            }
        });
    }
}

/// Who asks for the object that is being looked for; empty where nobody does.
std::string_view asking(sd_bus* bus) noexcept {
    sd_bus_message* const message = sd_bus_get_current_message(bus);
    const char* const sender = message == nullptr ? nullptr : sd_bus_message_get_sender(message);
    return sender == nullptr ? "" : sender;
}

} // namespace

JobObjects::JobObjects(bus::Connection& connection, accounts::Imports& imports, base::TaskGroup& tasks)
    : imports_(imports), tasks_(tasks) {
    connection.add_objects(protocol::job_prefix, protocol::job_interface, vtable, find, this);
}

std::string JobObjects::path_of(accounts::ImportId id) {
    return std::string(protocol::job_prefix) + "/" + std::to_string(id);
}

int JobObjects::find(sd_bus* bus, const char* path, const char* /*interface*/, void* self, void** found,
                     sd_bus_error* /*error*/) noexcept {
    const auto id = number_in(path, protocol::job_prefix);
    if (!id || static_cast<JobObjects*>(self)->imports_.progress(*id, asking(bus)) == nullptr) {
        return 0;
    }
    *found = self;
    return 1;
}

int JobObjects::property(sd_bus* bus, const char* path, const char* /*interface*/, const char* name,
                         sd_bus_message* reply, void* self, sd_bus_error* error) noexcept {
    const auto id = number_in(path, protocol::job_prefix);
    const auto* const progress = id ? static_cast<JobObjects*>(self)->imports_.progress(*id, asking(bus)) : nullptr;
    if (progress == nullptr) {
        return sd_bus_error_set_const(error, SD_BUS_ERROR_UNKNOWN_OBJECT, "there is no such job");
    }
    try {
        bus::Writer writer(reply);
        write_property(writer, *progress, name);
        return 1;
    } catch (const std::exception&) {
        return sd_bus_error_set_const(error, SD_BUS_ERROR_FAILED, "the property cannot be read now");
    }
}

base::Task<void> JobObjects::cancel(bus::Call& call) {
    imports_.cancel(require_number_in(call.path(), protocol::job_prefix), call.sender());
    call.reply();
    co_return;
}

const sd_bus_vtable JobObjects::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("State", "s", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Failure", "s", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Done", "t", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Total", "t", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Created", "t", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Unchanged", "t", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("Failed", "t", JobObjects::property, 0, 0),
    SD_BUS_PROPERTY("FirstErrors", "a(ts)", JobObjects::property, 0, 0),
    SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, bus::method<&JobObjects::cancel>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
