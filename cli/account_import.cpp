// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/account.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

namespace loquet::cli::account {

namespace {

constexpr std::chrono::milliseconds between_looks{100};

base::Fd open_input(const std::string& file) {
    if (file == "-") {
        return base::duplicate(STDIN_FILENO);
    }
    base::Fd input(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!input) {
        throw base::system_error(errno, "cannot read " + base::printable(file));
    }
    return input;
}

std::string begin(Client& client, const ImportOptions& options) {
    const base::Fd input = open_input(options.file);
    const bus::Message request = client.request(protocol::root_path, protocol::manager_interface, "Import");
    bus::Writer writer(request.get());
    writer.fd(input.get());
    const std::array<std::pair<const char*, bool>, 3> flags{{{"dry_run", options.dry_run},
                                                             {"must_change", options.must_change},
                                                             {"without_passwords", options.without_passwords}}};
    writer.array("{sv}", [&] {
        for (const auto& [key, set] : flags) {
            if (set) {
                writer.entry(key, "b", [&] { writer.boolean(true); });
            }
        }
    });
    const bus::Message reply = client.call(request);
    return bus::Reader(reply.get()).object_path();
}

std::uint64_t number(const Properties& job, std::string_view name) {
    const Value value = property(job, name);
    const auto* const found = std::get_if<std::uint64_t>(&value);
    return found == nullptr ? 0 : *found;
}

/// On standard error where that is a terminal: standard output is for the result.
class ProgressBar {
public:
    ProgressBar() : shown_(::isatty(STDERR_FILENO) == 1) {}
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar() {
        if (shown_) {
            std::fputs("\r\033[K", stderr);
        }
    }
    void show(const Properties& job) const {
        if (!shown_) {
            return;
        }
        constexpr std::uint64_t width = 30;
        const std::uint64_t total = number(job, "Total");
        std::string bar;
        if (total > 0) {
            const std::uint64_t full = std::min(number(job, "Done"), total) * width / total;
            bar = fmt::format("[{}{}] {:3}%  ", std::string(full, '#'), std::string(width - full, ' '),
                              std::min(number(job, "Done"), total) * 100 / total);
        }
        fmt::print(stderr, "\r{}{} accounts", bar, number(job, "Created") + number(job, "Unchanged"));
        std::fflush(stderr);
    }

private:
    bool shown_;
};

/// A job ends with the service that ran it.
Properties look_at(Client& client, const std::string& path) {
    try {
        return client.properties(path, protocol::job_interface);
    } catch (const base::Error& error) {
        if (error.kind() == base::Error::Kind::not_found || error.kind() == base::Error::Kind::unavailable) {
            throw base::Error(base::Error::Kind::unavailable,
                              "What became of the import is not known: the service was restarted, or does not answer. "
                              "The accounts that "
                              "it created stay: import it again, and the others follow.");
        }
        throw;
    }
}

Properties wait_for_end(Client& client, const std::string& path) {
    const ProgressBar bar;
    for (;;) {
        Properties job = look_at(client, path);
        if (cell_text(property(job, "State")) != "running") {
            return job;
        }
        bar.show(job);
        std::this_thread::sleep_for(between_looks);
    }
}

void complain_of_lines(const Properties& job) {
    const Value errors = property(job, "FirstErrors");
    const auto* const lines = std::get_if<std::vector<Record>>(&errors);
    if (lines == nullptr) {
        return;
    }
    for (const Record& line : *lines) {
        fmt::print(stderr, "line {}: {}\n", cell_text(line.fields.at(0).value), cell_text(line.fields.at(1).value));
    }
    if (number(job, "Failed") > lines->size()) {
        fmt::print(stderr, "and {} more lines\n", number(job, "Failed") - lines->size());
    }
}

Record result(const Properties& job, bool dry_run) {
    return {{{"state", "", property(job, "State")},
             {"dry_run", "", dry_run},
             {"created", "", property(job, "Created")},
             {"unchanged", "", property(job, "Unchanged")},
             {"refused", "", property(job, "Failed")},
             {"failure", "", property(job, "Failure")},
             {"errors", "", property(job, "FirstErrors")}}};
}

} // namespace

ExitCode import(Client& client, Output& output, const ImportOptions& options) {
    client.let_polkit_ask();
    const Properties job = wait_for_end(client, begin(client, options));
    const bool finished = cell_text(property(job, "State")) == "done";
    if (output.form() == Output::Form::people) {
        complain_of_lines(job);
        if (!finished) {
            fmt::print(stderr, "The import stopped: {}\n", cell_text(property(job, "Failure")));
        }
    }
    output.done(fmt::format("{} {} created, {} there already, {} refused.", number(job, "Created"),
                            options.dry_run ? "accounts would be" : "accounts were", number(job, "Unchanged"),
                            number(job, "Failed")),
                result(job, options.dry_run));
    return finished && number(job, "Failed") == 0 ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli::account
