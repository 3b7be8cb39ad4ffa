// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of the exam that is the same for every kind: loading, manifest, options, creation, what is left behind.
#pragma once

#include "sdk/conformance/examination.h"

#include <map>
#include <optional>
#include <string>

namespace loquet::sdk_conformance {

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

} // namespace loquet::sdk_conformance
