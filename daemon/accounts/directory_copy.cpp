// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/directory_copy.h"

#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/directory/format.h"
#include "lib/directory/mapped_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace loquet::accounts {

namespace {

using directory::ImageWriter;
using store::PublicAccounts;
using store::ReadTxn;

constexpr mode_t public_folder = 0755;
/// Each change writes all differences anew, at one or two microseconds an account; a new base costs as much for every
/// account that there is, and is rare in return.
constexpr std::size_t most_differences = 8192;

constexpr unsigned shape_begins = 40; ///< bits of the label: 2^40 commits are 30 years at a thousand a second
constexpr std::uint64_t generation_bits = (std::uint64_t{1} << shape_begins) - 1;

/// Of all entries of a kind, also those that say "removed"; nothing where one is damaged.
template <class Entry, class Next, class NumberOf>
std::optional<std::vector<std::uint32_t>> numbers_in(directory::Position at, Next next, NumberOf number_of) {
    std::vector<std::uint32_t> numbers;
    Entry entry;
    for (auto found = next(at, entry); found != directory::Found::no; found = next(at, entry)) {
        if (found == directory::Found::damaged) {
            return std::nullopt;
        }
        numbers.push_back(number_of(entry));
    }
    return numbers;
}

} // namespace

DirectoryCopy::DirectoryCopy(DirectorySettings settings, store::SnapshotReader reader)
    : settings_(std::move(settings)), reader_(std::move(reader)) {}

std::uint64_t DirectoryCopy::label(std::uint64_t generation) const noexcept {
    return (std::uint64_t{settings_.shape} << shape_begins) | (generation & generation_bits);
}

void DirectoryCopy::begin() {
    noted_from_ = reader_.read([](const ReadTxn& txn) { return PublicAccounts::generation(txn); });
    generation_ = *noted_from_;
}

void DirectoryCopy::close() noexcept {
    publisher_.reset();
    noted_from_.reset();
}

void DirectoryCopy::open() {
    base::make_folder(settings_.folder, public_folder);
    if (::chmod(settings_.folder.c_str(), public_folder) != 0) { // the umask is the daemon's: nobody else's business
        throw base::system_error(errno, "cannot open the directory's folder " + settings_.folder + " to everybody");
    }
    publisher_.emplace(settings_.folder);
    read_back();
    complete_ = noted_from_ && publisher_->generation() == label(*noted_from_);
}

/// What the file `current` holds is what differs from its base.
void DirectoryCopy::read_back() {
    if (!publisher_->generation()) {
        return;
    }
    const directory::MappedFile current(settings_.folder.c_str(), directory::current_file);
    const auto& image = current.image();
    const auto persons = numbers_in<directory::Person>(
        image.first_person(), [&](auto& at, auto& person) { return image.next_person(at, person); },
        [](const auto& person) { return person.uid; });
    const auto groups = numbers_in<directory::Group>(
        image.first_group(), [&](auto& at, auto& group) { return image.next_group(at, group); },
        [](const auto& group) { return group.gid; });
    if (!persons || !groups) {
        publisher_->forget(); // it is damaged
        return;
    }
    differences_.accounts.add(*persons);
    differences_.groups.add(*groups);
}

void DirectoryCopy::note(const store::PublicChange& publication) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(publication.accounts.size());
    for (const model::Uid uid : publication.accounts) {
        numbers.push_back(uid.value);
    }
    for (Numbers* noted : {&differences_, building_ ? &since_build_ : nullptr}) {
        if (noted != nullptr) {
            noted->accounts.add(numbers);
            noted->groups.add(publication.groups);
        }
    }
    generation_ = std::max(generation_, publication.generation);
    changed_ = true;
}

bool DirectoryCopy::wants_base() const noexcept {
    return publisher_ && (!publisher_->generation() || !complete_ || differences_.size() > most_differences);
}

void DirectoryCopy::amend() {
    const std::uint64_t shown = complete_ ? label(generation_) : 0;
    publisher_->amend([this](ImageWriter& writer) { DirectoryEntries(settings_, reader_).write(writer, differences_); },
                      shown);
    changed_ = false;
}

DirectoryCopy::NewCopy DirectoryCopy::build(store::SnapshotReader& reader, const std::atomic<bool>& stopping) const {
    const std::uint64_t generation = reader.read([](const ReadTxn& txn) { return PublicAccounts::generation(txn); });
    auto everybody = [&](ImageWriter& writer) { DirectoryEntries(settings_, reader).write_all(writer, stopping); };
    return {publisher_->prepare(std::move(everybody), label(generation)), generation};
}

void DirectoryCopy::adopt(NewCopy copy) {
    const std::uint64_t generation = std::max(generation_, copy.generation);
    publisher_->adopt(
        std::move(copy.base),
        [this](ImageWriter& writer) { DirectoryEntries(settings_, reader_).write(writer, since_build_); },
        label(generation));
    generation_ = generation;
    complete_ = true;
    changed_ = false;
    building_ = false;
    differences_ = std::exchange(since_build_, {});
}

} // namespace loquet::accounts
