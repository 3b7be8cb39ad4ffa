// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/examination.h"

#include <loquet/password_rules.h>

namespace loquet::sdk_conformance {
namespace {

constexpr std::string_view canary_candidate = "k9-canary-Zw4-candidate";

/// What the rules said, and whether they kept to password_rules.h.
struct Checklist {
    std::size_t rules = 0;
    std::size_t met = 0;
    int levels = 0;
    int level = 0;
    std::string said;
    std::string_view plugin; ///< its name
    Faults faults;

    static Checklist& of(void* context) { return *static_cast<Checklist*>(context); }
    static void rule(void* context, int met, const loquet_message* message) {
        Checklist& list = of(context);
        ++list.rules;
        list.met += met == 1 ? 1 : 0;
        list.faults.expect(met == 0 || met == 1, "a rule is neither met nor unmet");
        expect_message(list.faults, message, list.plugin, "rules");
        list.said += flatten(*message) + (met == 1 ? "+\n" : "-\n");
    }
    static void set_level(void* context, int level) {
        ++of(context).levels;
        of(context).level = level;
        of(context).faults.expect(level >= 0 && level <= 4, "a level is outside 0 to 4");
    }
    [[nodiscard]] bool accepts() const { return met == rules; }
};

class RulesExam {
public:
    RulesExam(Examination& exam, const loquet_password_rules& table, void* self)
        : exam_(exam), table_(table), self_(self) {}

    Checklist check(const std::string& candidate, int in_history = 0, int history_length = 0) {
        const std::string fact_value = "anne.legall";
        const loquet_named_text fact{sdk::text("name"), sdk::text(fact_value)};
        const loquet_rules_request request{sizeof request, sdk::text(candidate), &fact, 1,
                                           in_history,     history_length,       0};
        Checklist list;
        list.plugin = table_.manifest()->name;
        const loquet_rules_output output{sizeof output, &list, &Checklist::rule, &Checklist::set_level};
        const int result = exam_.call([&] { return table_.check(self_, &request, &output); });
        list.faults.rethrow();
        expect(result == 0, "it could not check a candidate");
        expect(list.levels == 1, "it told a level " + std::to_string(list.levels) + " times");
        expect(list.rules <= 64, "it listed more than 64 rules");
        return list;
    }

    void lists_its_rules_for_nothing() {
        const Checklist list = check("", 0, 5);
        expect(list.rules > 0, "it has no rule");
        expect(list.met == 0, "a rule is met by nothing");
    }

    void refuses_the_weakest() {
        for (const char* candidate : {"a", "1", " "}) {
            expect(!check(candidate).accepts(), "it accepts one single character");
        }
    }

    void knows_history() {
        expect(!check(std::string(canary_candidate), 1, 5).accepts(), "it accepts a password that was used before");
    }

    void is_pure_and_discreet() {
        const Checklist first = check(std::string(canary_candidate));
        expect(first.said == check(std::string(canary_candidate)).said,
               "the same candidate was judged differently the second time");
        expect((first.said + exam_.logged).find(canary_candidate) == std::string::npos,
               "the candidate turned up in a message or the log");
    }

    void stands_garbage() {
        const std::size_t rules = check("").rules;
        for (int n = 0; n < random_requests; ++n) {
            const std::string candidate = exam_.garbage(n % 500 == 0 ? 4096 : 48, exam_.random() % 4 != 0);
            expect(check(candidate).rules == rules,
                   "the list of rules depends on the candidate, request " + std::to_string(n));
        }
    }

private:
    Examination& exam_;
    const loquet_password_rules& table_;
    void* self_;
};

} // namespace

void examine_password_rules(Examination& exam, const Paper& paper) {
    examine<loquet_password_rules>(
        exam, paper, "loquet_password_rules_v1",
        [](Examination& e, const loquet_password_rules& table, void* self, const std::string& when) {
            RulesExam rules(e, table, self);
            e.check("lists its rules for nothing, all unmet" + when, [&] { rules.lists_its_rules_for_nothing(); });
            e.check("refuses a single character" + when, [&] { rules.refuses_the_weakest(); });
            e.check("refuses what was used before" + when, [&] { rules.knows_history(); });
            e.check("answers the same each time and keeps the candidate to itself" + when,
                    [&] { rules.is_pure_and_discreet(); });
            e.check("stands garbage, seed " + std::to_string(e.seed) + when, [&] { rules.stands_garbage(); });
        });
}

} // namespace loquet::sdk_conformance
