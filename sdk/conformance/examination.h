// SPDX-License-Identifier: LGPL-2.1-or-later
// The exam of a plugin: one run of it (the services that the plugin gets, the list of what was found) and what is the
// same for every kind. It runs in a child process, so that a plugin that dies or hangs is one more finding. One thread.
#pragma once

#include "sdk/conformance/option_values.h"

#include <dlfcn.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace loquet::sdk_conformance {

constexpr int random_requests = 10'000;
constexpr std::chrono::seconds deadline{2}; ///< a host's default

/// What a plugin did wrong: a sentence.
class Fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline void expect(bool right, const std::string& otherwise) {
    if (!right) {
        throw Fault(otherwise);
    }
}

/// Notes the first fault that a plugin's call shows; a host function cannot throw it through the plugin's frames.
class Faults {
public:
    void expect(bool right, const char* otherwise) {
        if (!right && first_.empty()) {
            first_ = otherwise;
        }
    }
    void rethrow() const { sdk_conformance::expect(first_.empty(), first_); }

private:
    std::string first_;
};

/// Runs `work` in a child process that prints its findings, and adds what killed it. Returns whether all was well.
class Examination;
[[nodiscard]] bool run_examination(const std::function<void(Examination&)>& work);

class Examination {
public:
    /// `current` is the name of the check in progress, read by the parent when this process dies.
    Examination(char* current, std::size_t size) : current_(current), size_(size) {}

    /// Does `work` and prints whether it threw a Fault.
    void check(const std::string& name, const std::function<void()>& work);
    /// Calls into the plugin: no exception may come out, and it may not last longer than the deadline.
    template <class Call>
    auto call(Call&& call);

    [[nodiscard]] bool passed() const { return passed_; }

    const loquet_host& host() const { return host_; }
    const loquet_complaint& complaint() const { return complaint_; }
    std::string complained; ///< what create() said last
    std::string logged;     ///< all that the plugin logged
    Faults faults;          ///< of its calls to the host's services
    std::uint32_t seed = std::random_device{}();
    std::mt19937 random{seed};
    void seed_with(std::uint32_t given) {
        seed = given;
        random.seed(given);
    }

    /// Random bytes, or text where `text`, at most `most` of them.
    [[nodiscard]] std::string garbage(std::size_t most, bool text = false);

private:
    static void arm();
    static void disarm();

    char* current_;
    std::size_t size_;
    bool passed_ = true;
    const loquet_host host_{sizeof(loquet_host), this, &Examination::on_log, &Examination::on_random};
    const loquet_complaint complaint_{sizeof(loquet_complaint), this, &Examination::on_complaint};

    static void on_log(void* context, int level, loquet_text text);
    static int on_random(void* context, void* data, std::size_t size);
    static void on_complaint(void* context, loquet_text text);
};

template <class Call>
auto Examination::call(Call&& call) {
    struct Armed {
        Armed() { arm(); }
        ~Armed() { disarm(); }
    };
    try {
        const Armed armed;
        return std::forward<Call>(call)();
    } catch (...) {
        throw Fault("a function of the plugin let a C++ exception out");
    }
}

/// True for a text that may cross: UTF-8, no control characters, at most `most` bytes.
[[nodiscard]] bool is_clean_text(loquet_text text, std::size_t most);
/// Notes where a message of that plugin does not keep to plugin.h. Its texts begin with its name, or with `besides`.
void expect_message(Faults& faults, const loquet_message* message, std::string_view plugin,
                    std::string_view besides = {});
/// The message as one text, to search in.
[[nodiscard]] std::string flatten(const loquet_message& message);

/// A loaded plugin of one kind; `Table` is the contract's struct.
template <class Table>
class Loaded {
public:
    Loaded(const std::string& file, const char* symbol)
        : library_(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), &dlclose) {
        expect(library_ != nullptr, std::string("it does not load: ") + (library_ ? "" : dlerror()));
        table_ = static_cast<const Table*>(dlsym(library_.get(), symbol));
        expect(table_ != nullptr, std::string("it does not export ") + symbol);
    }
    const Table* operator->() const { return table_; }
    [[nodiscard]] static bool is_loaded(const std::string& file) {
        const std::unique_ptr<void, int (*)(void*)> found(dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD), &dlclose);
        return found != nullptr;
    }

private:
    std::unique_ptr<void, int (*)(void*)> library_;
    const Table* table_ = nullptr;
};

// What is the same for every kind: loading, manifest, options, creation, what is left behind.

struct Paper {
    std::string file;                         ///< the .so
    std::map<std::string, std::string> given; ///< options from --options, in their notation
    std::optional<std::uint32_t> seed;        ///< of an examination to be repeated
};

/// Throws a Fault where the manifest does not keep to plugin.h; `stem` is the file's name without ".so".
void expect_sane(const loquet_manifest* manifest, const std::string& stem);

/// Open descriptors, threads and children of this process, as one comparable text.
[[nodiscard]] std::string traces();

[[nodiscard]] std::string stem_of(const std::string& file);

/// The object that create() makes, until it is destroyed.
template <class Table>
class Subject {
public:
    Subject(Examination& exam, const Loaded<Table>& table, const OptionValues& options)
        : table_(*table.operator->()), self_(exam.call([&] {
              exam.complained.clear();
              return table_.create(&exam.host(), options.data(), options.size(), &exam.complaint());
          })) {}
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    ~Subject() {
        if (self_ != nullptr) {
            table_.destroy(self_);
        }
    }
    [[nodiscard]] void* self() const { return self_; }

private:
    const Table& table_;
    void* self_;
};

template <class Table>
void try_limits(Examination& exam, const Loaded<Table>& table) {
    for (const bool greatest : {false, true}) {
        OptionValues options(*table->manifest(), {});
        options.set_integers(*table->manifest(), greatest);
        const Subject<Table> subject(exam, table, options);
        expect(subject.self() != nullptr || !exam.complained.empty(), "create() refused without a word why");
    }
}

/// `kind_of_exam(exam, table, self)` are the checks of the kind; it is run a second time after loading anew.
template <class Table, class KindOfExam>
void examine(Examination& exam, const Paper& paper, const char* symbol, const KindOfExam& kind_of_exam) {
    const std::string before = traces();
    bool usable = false;
    exam.check(std::string("loads and exports ") + symbol, [&] {
        const Loaded<Table> table(paper.file, symbol);
        expect(table->size >= sizeof(Table), "its struct is smaller than the contract's");
        expect(table->manifest != nullptr && table->create != nullptr && table->destroy != nullptr,
               "a function of its struct is missing");
        usable = true;
    });
    for (const bool again : {false, true}) {
        if (!usable) {
            return;
        }
        const std::string when = again ? " after being unloaded and loaded again" : "";
        if (again) {
            exam.check("can be unloaded", [&] {
                expect(!Loaded<Table>::is_loaded(paper.file),
                       "it stays loaded: link it with plugin.map, and start no thread");
            });
        }
        const Loaded<Table> table(paper.file, symbol);
        usable = false;
        exam.check("describes itself in its manifest" + when, [&] {
            expect_sane(exam.call([&] { return table->manifest(); }), stem_of(paper.file));
            usable = true;
        });
        if (!usable) {
            return;
        }
        exam.check("takes options at their limits, or says why not" + when, [&] { try_limits(exam, table); });
        usable = false;
        exam.check("is created from its " + std::string(paper.given.empty() ? "default" : "given") + " options" + when,
                   [&] {
                       const OptionValues options(*table->manifest(), paper.given);
                       const Subject<Table> subject(exam, table, options);
                       expect(subject.self() != nullptr, "create() refused: " + exam.complained);
                       usable = true;
                   });
        if (usable) {
            const OptionValues options(*table->manifest(), paper.given);
            const Subject<Table> subject(exam, table, options);
            kind_of_exam(exam, *table.operator->(), subject.self(), when);
        }
    }
    exam.check("uses the host's services properly", [&] { exam.faults.rethrow(); });
    exam.check("leaves no descriptor, thread or process behind", [&] {
        const std::string after = traces();
        expect(before == after, "before: " + before + "; after: " + after);
    });
}

// The exam of each kind of plugin.

void examine_step(Examination& exam, const Paper& paper);
void examine_lockout(Examination& exam, const Paper& paper);
void examine_password_rules(Examination& exam, const Paper& paper);
/// Delivers to whatever the options say: an exam wants options that reach nobody.
void examine_channel(Examination& exam, const Paper& paper);

} // namespace loquet::sdk_conformance
