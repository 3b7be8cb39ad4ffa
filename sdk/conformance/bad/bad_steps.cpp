// SPDX-License-Identifier: LGPL-2.1-or-later
// Steps that the exam has to fail, each for its one reason. LOQUET_BAD_CLASS is the one that this .so exports, and
// LOQUET_BAD_NAME what it calls itself.
#include <fcntl.h>
#include <loquet/step.hpp>

#include <cstdlib>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest), LOQUET_BAD_NAME, "1", "Does one thing wrong.", nullptr, nullptr, 0};

/// Does nothing wrong: asks, and denies each answer. The bad ones differ from it in one thing. `another_name` is this
/// one in a file that is not called as it is.
class HarmlessStep {
public:
    static const loquet_manifest& manifest() { return the_manifest; }
    HarmlessStep(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message(LOQUET_BAD_NAME ".question"));
        } else {
            output.deny();
        }
    }
};

/// Whatever is answered is right.
class GrantsEverything : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_ANSWER) {
            output.grant();
        } else {
            HarmlessStep::run(request, output);
        }
    }
};

/// Asks for the password as if it were the daemon.
class AsksForThePassword : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("password.prompt"));
        } else {
            output.deny();
        }
    }
};

/// Asks and denies in the same call.
class TakesTwoTurns : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        HarmlessStep::run(request, output);
        output.deny();
    }
};

/// Forgets to close what it opens.
class LeavesDescriptors : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    LeavesDescriptors(sdk::Host host, const sdk::Options& options) : HarmlessStep(host, options) {
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
};

/// Aborts where it does not know the operation.
class Dies : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() > LOQUET_STEP_ENROL_ANSWER) {
            std::abort();
        }
        HarmlessStep::run(request, output);
    }
};

/// Sends a mail to who has no address.
class SendsBlindly : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_BEGIN) {
            output.send(LOQUET_MEDIUM_MAIL, sdk::Message(LOQUET_BAD_NAME ".mail"), 60'000);
        }
        HarmlessStep::run(request, output);
    }
};

/// Skips the step instead of looking at the answer: nobody would have to know one.
class SkipsAnswers : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        if (request.operation() == LOQUET_STEP_ANSWER) {
            output.skip();
        } else {
            HarmlessStep::run(request, output);
        }
    }
};

/// Waits, and says once that the person was there; whether the daemon could use that, it does not know.
class GrantsOnce : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& /*request*/, sdk::StepOutput& output) const {
        constexpr int confirmed_at = 7;
        static int calls = 0;
        if (++calls == confirmed_at) {
            output.grant();
        } else {
            output.wait(sdk::Message(LOQUET_BAD_NAME ".wait"), 1000);
        }
    }
};

/// Writes its key into the dialog state.
class KeepsKey : public HarmlessStep {
public:
    using HarmlessStep::HarmlessStep;
    void run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
        output.set_dialog_state(request.key());
        HarmlessStep::run(request, output);
    }
};

/// Throws through the C frame, because it has no thunk around its work.
struct LetsExceptionsOut {
    static const loquet_manifest* manifest() { return &the_manifest; }
    static void* create(const loquet_host* /*host*/, const loquet_option_value* /*options*/, size_t /*count*/,
                        const loquet_complaint* /*complaint*/) {
        static int nothing = 0;
        return &nothing;
    }
    static int run(void* /*self*/, const loquet_step_request* /*request*/, const loquet_step_output* /*output*/) {
        throw std::runtime_error("nobody catches this");
    }
    static void destroy(void* /*self*/) {}
};

} // namespace
} // namespace loquet::sdk_conformance

#ifdef LOQUET_BAD_THUNKS
using Bad = loquet::sdk_conformance::LOQUET_BAD_CLASS;
extern "C" LOQUET_EXPORT const loquet_step loquet_step_v1 = {sizeof(loquet_step), Bad::manifest, Bad::create, Bad::run,
                                                             Bad::destroy};
#else
LOQUET_DEFINE_STEP(loquet::sdk_conformance::LOQUET_BAD_CLASS)
#endif
