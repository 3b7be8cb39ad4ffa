// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/directory_copy.h"

#include "daemon/accounts/passwd_entry.h"
#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/directory/file_names.h"
#include "lib/directory/mapped_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>
#include <vector>

namespace loquet::accounts {

namespace {

using base::Error;
using directory::ImageWriter;
using model::PublicAccount;
using model::Uid;
using store::PublicAccounts;
using store::ReadTxn;

constexpr mode_t public_folder = 0755;
constexpr std::size_t accounts_per_slice = 256; ///< read at once, while a commit waits: a quarter of a millisecond
/// Each change writes all differences anew, at one or two microseconds an account; a new base costs as much for every
/// account that there is, and is rare in return.
constexpr std::size_t most_differences = 8192;

constexpr unsigned shape_begins = 40; ///< bits of the label: 2^40 commits are 30 years at a thousand a second
constexpr std::uint64_t generation_bits = (std::uint64_t{1} << shape_begins) - 1;

} // namespace

DirectoryCopy::DirectoryCopy(DirectorySettings settings, store::SideReader reader)
    : settings_(std::move(settings)), reader_(std::move(reader)) {}

std::uint64_t DirectoryCopy::label(std::uint64_t generation) const noexcept {
    return (std::uint64_t{settings_.shape} << shape_begins) | (generation & generation_bits);
}

void DirectoryCopy::open() {
    base::make_folder(settings_.folder, public_folder);
    if (::chmod(settings_.folder.c_str(), public_folder) != 0) { // the umask is the daemon's: nobody else's business
        throw base::system_error(errno, "cannot open the directory's folder " + settings_.folder + " to everybody");
    }
    publisher_.emplace(settings_.folder);
    differences_.clear();
    read_back();
    const std::uint64_t stored = reader_.read([](const ReadTxn& txn) { return PublicAccounts::generation(txn); });
    complete_ = publisher_->generation() == label(stored);
    generation_ = std::max(generation_, stored);
    changed_ = false;
}

/// What the file `current` holds is what differs from its base.
void DirectoryCopy::read_back() {
    if (!publisher_->generation()) {
        return;
    }
    const directory::MappedFile current(settings_.folder.c_str(), directory::current_file);
    std::vector<std::uint32_t> numbers;
    directory::Position position = current.image().first_person();
    directory::Person person;
    for (auto found = current.image().next_person(position, person); found != directory::Found::no;
         found = current.image().next_person(position, person)) {
        if (found == directory::Found::damaged) {
            publisher_->forget();
            return;
        }
        numbers.push_back(person.uid);
    }
    differences_.add(numbers);
}

void DirectoryCopy::note(const store::Publication& publication) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(publication.accounts.size());
    for (const Uid uid : publication.accounts) {
        numbers.push_back(uid.value);
    }
    differences_.add(numbers);
    if (building_) {
        since_build_.add(numbers);
    }
    generation_ = std::max(generation_, publication.generation);
    changed_ = true;
}

bool DirectoryCopy::wants_base() const noexcept {
    return publisher_ && (!publisher_->generation() || !complete_ || differences_.size() > most_differences);
}

void DirectoryCopy::fill(ImageWriter& writer, const NumberSet& accounts) {
    PasswdEntry entry;
    std::span<const std::uint32_t> left = accounts.numbers();
    while (!left.empty()) {
        const auto slice = left.first(std::min(left.size(), accounts_per_slice));
        left = left.subspan(slice.size());
        const auto found = reader_.read([&](const ReadTxn& txn) {
            std::vector<std::optional<PublicAccount>> accounts_of_slice;
            accounts_of_slice.reserve(slice.size());
            for (const std::uint32_t number : slice) {
                accounts_of_slice.push_back(PublicAccounts::open(txn, Uid{number}));
            }
            return accounts_of_slice;
        });
        for (std::size_t i = 0; i < slice.size(); ++i) {
            const auto person = found[i] ? entry.of(*found[i], settings_.machine_groups) : std::nullopt;
            if (person) {
                writer.add(*person);
            } else {
                writer.remove_person(slice[i]);
            }
        }
    }
}

void DirectoryCopy::amend() {
    const std::uint64_t shown = complete_ ? label(generation_) : 0;
    publisher_->amend([this](ImageWriter& writer) { fill(writer, differences_); }, shown);
    changed_ = false;
}

DirectoryCopy::NewCopy DirectoryCopy::build(store::SideReader& reader, const std::atomic<bool>& stopping) const {
    const std::uint64_t generation = reader.read([](const ReadTxn& txn) { return PublicAccounts::generation(txn); });
    auto fill_base = [&](ImageWriter& writer) {
        PasswdEntry entry;
        std::vector<PublicAccount> slice;
        std::optional<Uid> next = Uid{0};
        while (next) {
            if (stopping) {
                throw Error(Error::Kind::unavailable, "the daemon stops");
            }
            slice.clear();
            next = reader.read([&](const ReadTxn& txn) {
                return PublicAccounts::each(txn, *next, accounts_per_slice,
                                            [&](PublicAccount account) { slice.push_back(std::move(account)); });
            });
            for (const PublicAccount& account : slice) {
                if (const auto person = entry.of(account, settings_.machine_groups)) {
                    writer.add(*person);
                }
            }
        }
    };
    return {publisher_->prepare(std::move(fill_base), label(generation)), generation};
}

void DirectoryCopy::adopt(NewCopy copy) {
    const std::uint64_t generation = std::max(generation_, copy.generation);
    publisher_->adopt(
        std::move(copy.base), [this](ImageWriter& writer) { fill(writer, since_build_); }, label(generation));
    generation_ = generation;
    complete_ = true;
    changed_ = false;
    building_ = false;
    differences_ = std::exchange(since_build_, {});
}

} // namespace loquet::accounts
