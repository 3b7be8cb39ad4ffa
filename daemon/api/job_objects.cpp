// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/job_objects.h"

#include "lib/base/error.h"
#include "lib/bus/method.h"

#include <algorithm>

namespace loquet::api {

using accounts::Import;
using bus::Writer;
using Progress = Import::Progress;

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

void write_errors(Writer& writer, const Progress& progress) {
    writer.array("(ts)", [&] {
        for (const accounts::LineError& error : progress.errors) {
            writer.structure("ts", [&] { writer.u64(error.line).text(error.sentence); });
        }
    });
}

constexpr std::array<JobObjects::Property, 8> job_properties_table{{
    {"State", "s", Action::owner, [](Writer& w, const Progress& p) { w.text(name_of(p.state)); }},
    {"Failure", "s", Action::owner, [](Writer& w, const Progress& p) { w.text(p.failure); }},
    {"Done", "t", Action::owner, [](Writer& w, const Progress& p) { w.u64(p.bytes_done); }},
    {"Total", "t", Action::owner, [](Writer& w, const Progress& p) { w.u64(p.bytes_in_all); }},
    {"Created", "t", Action::owner, [](Writer& w, const Progress& p) { w.u64(p.created); }},
    {"Unchanged", "t", Action::owner, [](Writer& w, const Progress& p) { w.u64(p.unchanged); }},
    {"Failed", "t", Action::owner, [](Writer& w, const Progress& p) { w.u64(p.refused); }},
    {"FirstErrors", "a(ts)", Action::owner, write_errors},
}};

} // namespace

JobObjects::JobObjects(bus::Connection& connection, ObjectWatchers& watchers, accounts::Imports& imports,
                       base::TaskGroup& tasks)
    : connection_(connection), watchers_(watchers), imports_(imports), tasks_(tasks) {
    connection_.add_filter(bus::read_properties<JobObjects>, this);
    connection_.add_objects(tree.prefix, interface, bus::with_properties(job_properties_table, members),
                            bus::find_in<tree>, this);
}

const std::array<JobObjects::Property, 8>& JobObjects::properties() noexcept {
    return job_properties_table;
}

base::Task<Owner> JobObjects::admit(const bus::Call& call, Access /*access: the owner's alone*/) {
    (void)subject(call);
    co_return Owner{call.sender()};
}

const Progress& JobObjects::subject(const bus::Call& call) const {
    const Progress* const progress = imports_.progress(tree.require(call.path()), call.sender());
    if (progress == nullptr) {
        throw base::Error(base::Error::Kind::not_found, "there is no such job: it is forgotten, or somebody else's");
    }
    return *progress;
}

void JobObjects::tell_begun(accounts::ImportId id, const std::string& owner) {
    watchers_.tell_added(tree.path_of(id), interface, owner);
}

void JobObjects::tell_forgotten(accounts::ImportId id, const std::string& owner) {
    watchers_.tell_removed(tree.path_of(id), interface, owner);
}

void JobObjects::forget_in_time() {
    const auto next = imports_.forget_old();
    forgetting_ = next ? connection_.loop().after(*next, [this] { forget_in_time(); }) : bus::Source();
}

void JobObjects::tell_progress(accounts::ImportId id, const std::string& owner) {
    std::array<const char*, job_properties_table.size()> names{};
    std::ranges::transform(job_properties_table, names.begin(), [](const Property& property) { return property.name; });
    bus::tell_changed(connection_, tree.path_of(id), interface, names, owner);
    if (!forgetting_) {
        forget_in_time();
    }
}

base::Task<void> JobObjects::cancel(bus::Call& call, const Owner& owner) {
    imports_.cancel(tree.require(call.path()), owner.sender);
    call.reply();
    co_return;
}

const sd_bus_vtable JobObjects::members[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
                            (bus::method<&JobObjects::cancel, Action::owner>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
