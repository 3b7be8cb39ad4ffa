// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/examination.h"

#include <loquet/channel.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace loquet::sdk_conformance {
namespace {

constexpr std::string_view canary_code = "k9-canary-Zw4-code";
constexpr std::size_t most_in_flight = 16;
constexpr std::size_t most_receipts = 32;
constexpr std::chrono::seconds longest_delivery{60}; ///< a host's default
constexpr std::uint32_t patient_ms = 500;            ///< what work() may wait; a quarter of a call's deadline

/// What a channel told during one call of work(), and whether it kept to channel.h.
struct Recorded {
    enum class Outcome { sent, retry, refused, lost };
    std::map<std::uint64_t, Outcome> outcomes;
    std::string said; ///< all that the helpdesk would see
    Faults faults;

    static Recorded& of(void* context) { return *static_cast<Recorded*>(context); }
    void take(std::uint64_t delivery, Outcome outcome, loquet_text text) {
        faults.expect(outcomes.emplace(delivery, outcome).second, "it told twice what became of a delivery");
        faults.expect(text.data != nullptr || text.size == 0, "what the gateway said has a size but no data");
        if (text.data != nullptr) {
            said += sdk::view(text);
        }
    }
    static void sent(void* context, std::uint64_t delivery, loquet_text gateway_reference, loquet_text said) {
        of(context).take(delivery, Outcome::sent, said);
        of(context).faults.expect(gateway_reference.data != nullptr || gateway_reference.size == 0,
                                  "a gateway's reference has a size but no data");
    }
    static void retry(void* context, std::uint64_t delivery, std::uint32_t after_ms, loquet_text said) {
        of(context).take(delivery, Outcome::retry, said);
        of(context).faults.expect(after_ms <= 86'400'000, "it wants to be asked again after more than a day");
    }
    static void refused(void* context, std::uint64_t delivery, loquet_text said) {
        of(context).take(delivery, Outcome::refused, said);
    }
    static void lost(void* context, std::uint64_t delivery, loquet_text said) {
        of(context).take(delivery, Outcome::lost, said);
    }

    std::vector<std::string> receipts; ///< references
    std::size_t ends = 0;              ///< of the receipts

    static void receipt(void* context, loquet_text reference, int outcome, loquet_text text) {
        Faults& faults = of(context).faults;
        faults.expect(reference.data != nullptr, "a receipt has no reference");
        faults.expect(text.data != nullptr || text.size == 0, "what a receipt says has a size but no data");
        faults.expect(outcome >= LOQUET_RECEIPT_DELIVERED && outcome <= LOQUET_RECEIPT_FAILED,
                      "the outcome of a receipt is none");
        of(context).receipts.emplace_back(reference.data == nullptr ? std::string_view() : sdk::view(reference));
        if (text.data != nullptr) {
            of(context).said += sdk::view(text);
        }
    }
    static void receipts_end(void* context, int /*more*/) { ++of(context).ends; }
};

/// Lent as the host would, except that destination and subject may be what the host never lets through.
struct TestDelivery {
    std::string destination = "anne.legall@example.org";
    std::string subject = "Votre code";
    std::string text = "Votre code est " + std::string(canary_code) + ".\nNe le donnez à personne.";
};

/// A descriptor that is readable or not, like the host's `wake`.
class Wake {
public:
    Wake() { expect(pipe(ends_.data()) == 0, "the exam cannot make a pipe"); }
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    ~Wake() {
        close(ends_[0]);
        close(ends_[1]);
    }
    void up() const { expect(write(ends_[1], "", 1) == 1, "the exam cannot write into a pipe"); }
    [[nodiscard]] int descriptor() const { return ends_[0]; }

private:
    std::array<int, 2> ends_{};
};

class ChannelExam {
public:
    ChannelExam(Examination& exam, const loquet_channel& table, void* self) : exam_(exam), table_(table), self_(self) {}

    void tells_of_each_once() {
        for (const std::size_t count : {std::size_t{1}, most_in_flight}) {
            for (std::size_t n = 0; n < count; ++n) {
                submit({});
            }
            finish_all();
        }
    }

    void takes_up_whatever_a_message_may_be() {
        submit({"+33612345678", "", "Code : 482915"});
        submit({"anne@example.org", std::string(255, 'x'), std::string(4096, 'y')});
        submit({"anne@example.org", "", "\n\n"});
        finish_all();
    }

    void comes_back_when_it_is_woken() {
        const Wake woken;
        woken.up();
        submit({});
        work(woken.descriptor(), 60'000); // the deadline of a call is far shorter
        finish_all();
    }

    void keeps_the_text_to_itself() {
        submit({});
        const std::string said = finish_all();
        expect((said + exam_.logged).find(canary_code) == std::string::npos,
               "the text of a message turned up in what the gateway said or in the log");
    }

    void hands_on_nothing_that_could_be_misread() {
        for (const std::string bad : {"a@example.org\r\nBcc: b@example.org", "a@example.org\nb", "a@example.org>", "",
                                      "+33612345678\r\n", "../../etc/passwd", "-oQ/tmp", "+33 6", "a@b c@d"}) {
            submit({bad, "Votre code", "482915"}, false);
        }
        finish_all();
        for (const auto& [number, destination] : suspicious_) {
            const Recorded::Outcome told = told_[number];
            expect(told != Recorded::Outcome::sent && told != Recorded::Outcome::lost,
                   "it handed on what was for \"" + destination + "\"");
        }
    }

    void tells_receipts_of_what_it_was_given() {
        if (table_.size < offsetof(loquet_channel, receipts) + sizeof table_.receipts || table_.receipts == nullptr) {
            return;
        }
        submit({});
        finish_all();
        for (const int kept : {0, 1, 0}) {
            for (const std::size_t count : {std::size_t{0}, most_receipts}) {
                expect_receipts(kept, count);
            }
        }
    }

private:
    void expect_receipts(int kept, std::size_t count) {
        std::vector<std::string> references;
        std::vector<loquet_sent_message> sent;
        references.reserve(count);
        sent.reserve(count);
        for (std::size_t n = 0; n < count; ++n) {
            references.push_back(new_reference());
        }
        for (const std::string& reference : references) {
            sent.push_back({sdk::text(reference), sdk::text("gateway-1")});
        }
        const loquet_receipts_request request{sizeof request, kept, sent.data(), sent.size()};
        expect(exam_.call([&] { return table_.receipts(self_, &request); }) == 0, "receipts() says that it could not");
        receipts_ = 0;
        asked_ = true;
        const Wake quiet;
        const auto until = std::chrono::steady_clock::now() + longest_delivery;
        while (asked_) {
            expect(std::chrono::steady_clock::now() < until, "it did not end its receipts for 60 seconds");
            work(quiet.descriptor(), patient_ms);
        }
    }

    void take_receipts(const Recorded& told) {
        expect(told.ends + told.receipts.size() == 0 || asked_, "it told receipts, and nobody had asked");
        receipts_ += told.receipts.size();
        expect(receipts_ <= most_receipts, "it told more than 32 receipts for one question");
        for (const std::string& reference : told.receipts) {
            expect(given_.contains(reference), "it told a receipt for a message that it was never given");
        }
        expect(told.ends <= 1, "it ended its receipts twice");
        asked_ = asked_ && told.ends == 0;
    }

    std::string new_reference() {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string reference;
        while (reference.size() < 32) {
            reference += digits[exam_.random() % digits.size()];
        }
        given_.insert(reference);
        return reference;
    }

    /// `sound`: the channel has to take it up.
    void submit(const TestDelivery& letter, bool sound = true) {
        const std::uint64_t number = ++last_number_;
        const std::string reference = new_reference();
        const auto now =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        const loquet_delivery delivery{sizeof delivery,
                                       sdk::text(reference),
                                       sdk::text(letter.destination),
                                       sdk::text(letter.subject),
                                       sdk::text(letter.text),
                                       sdk::text("fr_FR.UTF-8"),
                                       now,
                                       now + 600'000,
                                       1};
        const int result = exam_.call([&] { return table_.submit(self_, number, &delivery); });
        expect(result == 0 || !sound, "it did not take up a delivery like any other");
        if (result != 0) {
            return;
        }
        in_flight_.emplace(number);
        if (!sound) {
            suspicious_.emplace(number, letter.destination);
        }
    }

    std::string work(int wake, std::uint32_t timeout_ms) {
        Recorded told;
        const loquet_channel_output output{
            sizeof output,      &told,           &Recorded::sent,    &Recorded::retry,
            &Recorded::refused, &Recorded::lost, &Recorded::receipt, &Recorded::receipts_end};
        const int result = exam_.call([&] { return table_.work(self_, wake, timeout_ms, &output); });
        told.faults.rethrow();
        expect(result == 0, "work() says that it could not");
        for (const auto& [number, outcome] : told.outcomes) {
            expect(in_flight_.erase(number) == 1, "it told of a delivery that is not in flight");
            told_.emplace(number, outcome);
        }
        take_receipts(told);
        return told.said;
    }

    std::string finish_all() {
        const Wake quiet;
        const auto until = std::chrono::steady_clock::now() + longest_delivery;
        std::string said;
        while (!in_flight_.empty()) {
            expect(std::chrono::steady_clock::now() < until, "it told nothing of a delivery for 60 seconds");
            said += work(quiet.descriptor(), patient_ms);
        }
        return said;
    }

    Examination& exam_;
    const loquet_channel& table_;
    void* self_;
    std::uint64_t last_number_ = 0;
    std::set<std::uint64_t> in_flight_;
    std::map<std::uint64_t, Recorded::Outcome> told_;
    std::map<std::uint64_t, std::string> suspicious_;
    std::set<std::string> given_; ///< references
    bool asked_ = false;          ///< for receipts, which have not ended yet
    std::size_t receipts_ = 0;    ///< told for that question
};

} // namespace

void examine_channel(Examination& exam, const Paper& paper) {
    examine<loquet_channel>(
        exam, paper, "loquet_channel_v1",
        [](Examination& e, const loquet_channel& table, void* self, const std::string& when) {
            ChannelExam channel(e, table, self);
            e.check("tells once what became of each delivery" + when, [&] { channel.tells_of_each_once(); });
            e.check("takes up whatever a message may be" + when, [&] { channel.takes_up_whatever_a_message_may_be(); });
            e.check("comes back when it is woken" + when, [&] { channel.comes_back_when_it_is_woken(); });
            e.check("keeps the text out of what the gateway said and the log" + when,
                    [&] { channel.keeps_the_text_to_itself(); });
            e.check("tells receipts of what it was given, when it is asked" + when,
                    [&] { channel.tells_receipts_of_what_it_was_given(); });
            e.check("hands on nothing whose destination could be misread" + when,
                    [&] { channel.hands_on_nothing_that_could_be_misread(); });
        });
}

} // namespace loquet::sdk_conformance
