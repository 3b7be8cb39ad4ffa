// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message_preview.h"

#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/messages/catalogue.h"
#include "lib/messages/mail_subject.h"
#include "lib/sms/gsm7.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace loquet::cli::message {

namespace {

using messages::Catalogue;
using messages::Variables;

Variables samples(const std::vector<std::string>& accepted) {
    Variables variables;
    for (const std::string& name : accepted) {
        variables.emplace_back(name, '<' + name + '>');
    }
    return variables;
}

void set(Variables& variables, const std::string& assignment, const std::string& id) {
    const std::size_t end = assignment.find('=');
    if (end == std::string::npos) {
        throw UsageError(fmt::format("'{}' gives no value; accepted is NAME=VALUE.", base::printable(assignment)));
    }
    const std::string name = assignment.substr(0, end);
    const auto variable =
        std::find_if(variables.begin(), variables.end(), [&](const auto& known) { return known.first == name; });
    if (variable == variables.end()) {
        std::vector<std::string> names(variables.size());
        std::transform(variables.begin(), variables.end(), names.begin(), [](const auto& v) { return v.first; });
        throw UsageError(fmt::format("{} has no variable '{}'; accepted: {}.", id, base::printable(name),
                                     names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    variable->second = assignment.substr(end + 1);
}

/// Texts that are sent end in the medium's name; notices go by any.
bool is_sent_by(std::string_view medium, std::string_view id) {
    return id.starts_with("notice.") || id.substr(id.rfind('.') + 1) == medium;
}

void append_sms_size(Record& record, const std::string& text) {
    const sms::SmsSize size = sms::size_of_sms(text);
    record.fields.push_back({"alphabet", "Alphabet", std::string(size.gsm7 ? "GSM-7" : "UCS-2")});
    record.fields.push_back({"units", "Length", std::uint64_t{size.units}});
    record.fields.push_back({"segments", "Billed as", std::uint64_t{size.segments}});
    if (const std::string plain = sms::transliterated(text); plain != text && sms::size_of_sms(plain).gsm7) {
        record.fields.push_back(
            {"segments_transliterated", "Transliterated, as", std::uint64_t{sms::size_of_sms(plain).segments}});
    }
}

} // namespace

ExitCode preview(Output& output, const PreviewOptions& options) {
    const Catalogue catalogue = Catalogue::load(options.folders.empty() ? messages::usual_folders() : options.folders);
    if (!catalogue.has(options.id)) {
        throw base::Error(base::Error::Kind::not_found,
                          fmt::format("No message catalogue has '{}'.", base::printable(options.id)));
    }
    const std::vector<std::string> accepted = catalogue.accepted(options.id);
    Variables variables = samples(accepted);
    for (const std::string& assignment : options.values) {
        set(variables, assignment, options.id);
    }
    const std::string text = catalogue.render(options.locale, options.id, variables);
    Record record{{{"id", "Text", options.id}, {"variables", "Variables", accepted}}};
    if (is_sent_by("mail", options.id)) {
        record.fields.push_back({"subject", "Subject", mail_subject(catalogue, options.locale, options.id)});
    }
    record.fields.push_back({"text", "Reads", text});
    if (is_sent_by("sms", options.id)) {
        append_sms_size(record, text);
    }
    if (output.form() == Output::Form::program) {
        record.fields.push_back({"complaints", "", catalogue.complaints()});
    }
    output.show(record);
    if (output.form() == Output::Form::people) {
        output.advise(catalogue.complaints());
    }
    return catalogue.complaints().empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli::message
