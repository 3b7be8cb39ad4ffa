// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever an outsider puts into the mailbox, alone or among others: nothing comes of it, or a receipt that names a
// message as only a message can be named, and each byte is read once.
#include "plugins/smtp/mbox.h"
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

bool has_a_receipt(std::string_view mail) {
    const auto receipt = plugins_smtp::read_report(mail);
    using Outcome = sdk::Receipt::Outcome;
    require(!receipt
            || (sdk::is_reference(receipt->reference) && receipt->outcome >= Outcome::delivered
                && receipt->outcome <= Outcome::failed && receipt->said.size() <= mail.size() + 2));
    return receipt.has_value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    has_a_receipt(bytes);
    for (const bool whole : {true, false}) {
        std::string_view rest = bytes;
        std::size_t mails = 0; // in all of them together
        while (!rest.empty()) {
            const std::size_t before = rest.size();
            const std::string_view mail = plugins_smtp::take_mail(rest, whole);
            require(mail.empty() || (mail.data() >= bytes.data() && mail.data() + mail.size() <= bytes.data() + size));
            mails += mail.size();
            has_a_receipt(mail);
            if (rest.size() == before) {
                require(!whole); // its end is still to come
                break;
            }
        }
        require(mails <= size);
    }
    return 0;
}
