// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/store_keys.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::uint8_t wrapped_by_gcm = 1;
constexpr std::string_view bound_to = "loquet data key";

Cipher wrapping_cipher(const MasterKey& key) {
    const base::SecureBytes derived = derive_key(key.bytes(), bound_to);
    return Cipher(std::span<const std::uint8_t, Cipher::key_bytes>(derived));
}

struct Place {
    std::string path;
    mode_t forbidden; ///< permission bits that the file must not have
};

Place place_of(const std::string& configured) {
    if (!configured.empty()) {
        return {configured, S_IRWXG | S_IRWXO};
    }
    const char* credentials = ::getenv("CREDENTIALS_DIRECTORY"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (credentials == nullptr || *credentials == '\0') {
        throw Error(Error::Kind::not_found,
                    "no master key: name a key file in the configuration, or give the unit "
                    "LoadCredentialEncrypted=master-key; 32 random bytes, as from head -c 32 /dev/urandom");
    }
    return {std::string(credentials) + "/master-key", S_IRWXO};
}

void require_private(int fd, const Place& place) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        throw base::system_error(errno, "cannot examine the master key " + place.path);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(Error::Kind::invalid, "the master key " + place.path + " is not a file");
    }
    if ((status.st_mode & place.forbidden) != 0) {
        throw Error(Error::Kind::denied, "the master key " + place.path
                                             + " can be read by others: chmod 0400 it, and make a new key if it was "
                                               "so for long");
    }
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
        throw Error(Error::Kind::denied,
                    "the master key " + place.path + " belongs to another user: chown it to root or to loquetd's user");
    }
}

} // namespace

MasterKey::MasterKey(base::Secret bytes) : bytes_(std::move(bytes)) {
    if (bytes_.size() != size) {
        throw Error(Error::Kind::invalid, "a master key has 32 bytes, this one has " + std::to_string(bytes_.size()));
    }
}

MasterKey MasterKey::load(const std::string& configured) {
    const Place place = place_of(configured);
    const base::Fd fd(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd) {
        throw base::system_error(errno, "cannot open the master key " + place.path);
    }
    require_private(fd.get(), place);
    return MasterKey(base::read_secret(fd.get(), limits::key_file_bytes));
}

std::span<const std::uint8_t> MasterKey::bytes() const noexcept {
    return base::as_bytes(bytes_.reveal());
}

StoreKeys StoreKeys::fresh() {
    base::SecureBytes data_key(Cipher::key_bytes);
    base::fill_random(data_key);
    return StoreKeys(std::move(data_key));
}

StoreKeys StoreKeys::unwrap(const MasterKey& key, std::span<const std::uint8_t> wrapped) {
    if (!wrapped.empty() && wrapped.front() > wrapped_by_gcm) {
        throw Error(Error::Kind::conflict, "a newer loquetd wrapped the key of this store: install that version");
    }
    base::SecureBytes data_key;
    if (wrapped.empty() || !wrapping_cipher(key).open(base::as_bytes(bound_to), wrapped.subspan(1), data_key)
        || data_key.size() != Cipher::key_bytes) {
        throw Error(Error::Kind::denied, "the master key does not open this store: give the key that the store was "
                                         "made with, or last changed to; nothing was changed");
    }
    return StoreKeys(std::move(data_key));
}

base::SecureBytes StoreKeys::wrap(const MasterKey& key) const {
    base::SecureBytes out{wrapped_by_gcm};
    const base::SecureBytes sealed = wrapping_cipher(key).seal(base::as_bytes(bound_to), data_key_);
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
}

Sealer StoreKeys::sealer() const {
    return Sealer(std::span<const std::uint8_t, Cipher::key_bytes>(data_key_));
}

} // namespace loquet::store
