// SPDX-License-Identifier: MIT
// The step that docs/plugin-guide.md writes; a test compares the two.
#include <loquet/step.hpp>

#include <iterator>

namespace {

constexpr loquet_option options_offered[] = {
    {"digits", LOQUET_OPTION_INTEGER, "4", "Digits of the number on a badge.", 4, 12},
};
constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),   "badge", "1.0", "Asks for the number on the badge.", nullptr, options_offered,
    std::size(options_offered)};

class Badge {
public:
    static const loquet_manifest& manifest() { return the_manifest; }

    Badge(loquet::sdk::Host, const loquet::sdk::Options& options)
        : digits_(static_cast<size_t>(options.integer("digits"))) {}

    void run(const loquet::sdk::StepRequest& request, loquet::sdk::StepOutput& output) const {
        using loquet::sdk::Message;
        switch (request.operation()) {
        case LOQUET_STEP_BEGIN:
        case LOQUET_STEP_ENROL_BEGIN:
            output.ask(LOQUET_PROMPT_SECRET, "badge", Message("badge.question", {{"digits", std::to_string(digits_)}}));
            break;
        case LOQUET_STEP_ENROL_ANSWER:
            if (request.answer(0).size() != digits_) {
                output.deny();
                break;
            }
            output.set_account_state(request.answer(0));
            output.grant();
            break;
        case LOQUET_STEP_ANSWER:
            if (!request.account_state().empty() && request.answer(0) == request.account_state()) {
                output.grant();
            } else {
                output.deny();
            }
            break;
        default:
            throw std::invalid_argument("an operation that this step does not know");
        }
    }

private:
    size_t digits_;
};

} // namespace

LOQUET_DEFINE_STEP(Badge)
