// SPDX-License-Identifier: LGPL-2.1-or-later
// Any mail that an outsider puts into the mailbox: nothing comes of it, or a receipt that names a message as only a
// message can be named.
#include "plugins/smtp/report.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace loquet;

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void check_receipt(std::string_view mail) {
    const auto receipt = plugins_smtp::read_report(mail);
    using Outcome = sdk::Receipt::Outcome;
    require(!receipt
            || (sdk::is_reference(receipt->reference) && receipt->outcome >= Outcome::delivered
                && receipt->outcome <= Outcome::failed && receipt->said.size() <= mail.size() + 2));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_receipt({reinterpret_cast<const char*>(data), size});
    return 0;
}
