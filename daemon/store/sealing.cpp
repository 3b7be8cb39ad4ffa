// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/sealing.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace loquet::store {

using base::Error;

namespace {

using KdfContext = base::Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using Kdf = base::Handle<EVP_KDF, EVP_KDF_free>;
using MacAlgorithm = base::Handle<EVP_MAC, EVP_MAC_free>;

void openssl_must(bool done, std::string_view what) {
    if (!done) {
        throw Error(Error::Kind::internal, "OpenSSL cannot " + std::string(what));
    }
}

std::array<char, 7> digest_name() {
    return {"SHA256"}; // OSSL_PARAM wants it writable
}

/// Table name, a zero byte, key: what a value is bound to, on the stack.
class Binding {
public:
    Binding(Table table, std::span<const std::uint8_t> key) {
        const std::string_view name = name_of(table);
        openssl_must(name.size() + 1 + key.size() <= bytes_.size(), "seal under so long a key");
        auto* at = std::copy(name.begin(), name.end(), bytes_.begin());
        *at++ = 0;
        at = std::copy(key.begin(), key.end(), at);
        size_ = static_cast<std::size_t>(at - bytes_.begin());
    }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<std::uint8_t, 600> bytes_; // NOLINT(cppcoreguidelines-pro-type-member-init): filled up to size_
    std::size_t size_ = 0;
};

CipherContext cipher_context(std::span<const std::uint8_t> key, int encrypt) {
    CipherContext context(EVP_CIPHER_CTX_new());
    openssl_must(context
                     && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr, encrypt) == 1,
                 "prepare AES-256-GCM");
    return context;
}

int as_int(std::size_t size) {
    openssl_must(size < std::size_t{1} << 30U, "seal so large a value");
    return static_cast<int>(size);
}

Mac labelled_mac(std::span<const std::uint8_t> data_key, std::string_view label) {
    return Mac(derive_key(data_key, label));
}

template <std::size_t... Index>
std::array<Mac, sizeof...(Index)> digest_macs(std::span<const std::uint8_t> data_key,
                                              std::index_sequence<Index...> /*all*/) {
    return {labelled_mac(data_key, "loquet index " + std::string(digest_labels[Index]))...};
}

auto digest_macs(std::span<const std::uint8_t> data_key) {
    return digest_macs(data_key, std::make_index_sequence<digest_labels.size()>());
}

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

base::Secret read_key(const Place& place) {
    const base::Fd fd(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd) {
        throw base::system_error(errno, "cannot open the master key " + place.path);
    }
    require_private(fd.get(), place);
    return base::read_secret(fd.get(), limits::key_file_bytes);
}

} // namespace

void restrict_openssl() noexcept {
    // It fails only where all that follows does.
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
}

Nonces::Nonces() {
    void* const mapped = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        throw base::system_error(errno, "there is no memory for nonces");
    }
    page_.reset(static_cast<Page*>(mapped));
    if (::madvise(mapped, sizeof(Page), MADV_WIPEONFORK) != 0) {
        throw base::system_error(errno, "nonces cannot be kept from a child");
    }
}

void Nonces::release(Page* page) noexcept {
    base::wipe(page, sizeof *page);
    ::munmap(page, sizeof *page);
}

void Nonces::next(std::span<std::uint8_t, nonce_bytes> nonce) {
    if (page_->left == 0) {
        base::fill_random({page_->nonces.front().data(), sizeof page_->nonces});
        page_->left = page_->nonces.size();
    }
    --page_->left;
    auto& drawn = page_->nonces.at(page_->left);
    std::copy(drawn.begin(), drawn.end(), nonce.begin());
    base::wipe(drawn.data(), drawn.size());
}

Cipher::Cipher(std::span<const std::uint8_t, key_bytes> key)
    : seal_(cipher_context(key, 1)), open_(cipher_context(key, 0)) {}

base::SecureBytes Cipher::seal(std::span<const std::uint8_t> bound_to, std::span<const std::uint8_t> plain) {
    base::SecureBytes out(overhead + plain.size());
    const std::span<std::uint8_t, nonce_bytes> nonce(out.data(), nonce_bytes);
    nonces_.next(nonce);
    std::uint8_t* const body = out.data() + nonce_bytes;
    int length = 0;
    int rest = 0;
    auto* const context = seal_.get();
    openssl_must(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1
                     && EVP_EncryptUpdate(context, nullptr, &length, bound_to.data(), as_int(bound_to.size())) == 1
                     && EVP_EncryptUpdate(context, body, &length, plain.data(), as_int(plain.size())) == 1
                     && EVP_EncryptFinal_ex(context, body + length, &rest) == 1
                     && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_bytes, body + plain.size()) == 1,
                 "seal a value");
    return out;
}

bool Cipher::open(std::span<const std::uint8_t> bound_to, std::span<const std::uint8_t> sealed,
                  base::SecureBytes& plain) {
    plain.clear();
    if (sealed.size() < overhead) {
        return false;
    }
    const auto body = sealed.subspan(nonce_bytes, sealed.size() - overhead);
    std::array<std::uint8_t, tag_bytes> tag{};
    const auto stored_tag = sealed.last(tag_bytes);
    std::copy(stored_tag.begin(), stored_tag.end(), tag.begin());
    plain.resize(body.size());
    int length = 0;
    auto* const context = open_.get();
    const bool opened = EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, sealed.data()) == 1
                        && EVP_DecryptUpdate(context, nullptr, &length, bound_to.data(), as_int(bound_to.size())) == 1
                        && EVP_DecryptUpdate(context, plain.data(), &length, body.data(), as_int(body.size())) == 1
                        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1
                        && EVP_DecryptFinal_ex(context, plain.data() + length, &length) == 1;
    if (!opened) {
        base::wipe(plain.data(), plain.size());
        plain.clear();
    }
    return opened;
}

Mac::Mac(std::span<const std::uint8_t> key) {
    const MacAlgorithm algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    context_.reset(EVP_MAC_CTX_new(algorithm.get()));
    auto digest = digest_name();
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                OSSL_PARAM_construct_end()};
    openssl_must(context_ && EVP_MAC_init(context_.get(), key.data(), key.size(), parameters.data()) == 1,
                 "prepare HMAC");
}

Mac::Result Mac::operator()(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
    Result out{};
    std::size_t length = 0;
    auto* const context = context_.get();
    openssl_must(EVP_MAC_init(context, nullptr, 0, nullptr) == 1 // the key stays
                     && EVP_MAC_update(context, first.data(), first.size()) == 1
                     && EVP_MAC_update(context, second.data(), second.size()) == 1
                     && EVP_MAC_final(context, out.data(), &length, out.size()) == 1,
                 "compute HMAC");
    return out;
}

base::SecureBytes derive_key(std::span<const std::uint8_t> from, std::string_view label) {
    const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
    auto digest = digest_name();
    base::SecureBytes secret(from.begin(), from.end()); // OSSL_PARAM wants them writable
    std::string info(label);
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
                                OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                                OSSL_PARAM_construct_end()};
    base::SecureBytes out(Cipher::key_bytes);
    openssl_must(context && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1,
                 "derive a key");
    return out;
}

Sealer::Sealer(std::span<const std::uint8_t, Cipher::key_bytes> data_key)
    : cipher_(std::span<const std::uint8_t, Cipher::key_bytes>(derive_key(data_key, "loquet values"))),
      digests_(digest_macs(data_key)), step_keys_(labelled_mac(data_key, "loquet step keys")),
      chain_(labelled_mac(data_key, "loquet audit chain")) {}

base::SecureBytes Sealer::seal(Table table, std::span<const std::uint8_t> key, std::span<const std::uint8_t> plain) {
    return cipher_.seal(Binding(table, key).bytes(), plain);
}

void Sealer::open(Table table, std::span<const std::uint8_t> key, std::span<const std::uint8_t> sealed,
                  base::SecureBytes& plain) {
    if (!cipher_.open(Binding(table, key).bytes(), sealed, plain)) {
        throw Error(Error::Kind::corrupt, "a record of the table \"" + std::string(name_of(table))
                                              + "\" was not written by this store, or was damaged; restore the store "
                                                "from a backup");
    }
}

base::SecureBytes Sealer::step_key(std::string_view instance, StepKeyOwner owner, std::span<const std::uint8_t> whose) {
    // The name first, with its end marked, so that no two of these three give the same bytes.
    base::SecureBytes named(instance.begin(), instance.end());
    named.push_back(0);
    named.push_back(static_cast<std::uint8_t>(owner));
    Mac::Result whole = step_keys_(named, whose);
    base::SecureBytes key(whole.begin(), whole.end());
    base::wipe(whole.data(), whole.size());
    return key;
}

model::Digest Sealer::digest(DigestKind kind, std::string_view text) {
    const Mac::Result whole = digests_.at(static_cast<std::size_t>(kind))(base::as_bytes(text));
    model::Digest out;
    std::copy_n(whole.begin(), out.bytes.size(), out.bytes.begin());
    return out;
}

MasterKey::MasterKey(base::Secret bytes) : bytes_(std::move(bytes)) {
    if (bytes_.size() != size) {
        throw Error(Error::Kind::invalid, "a master key has 32 bytes, this one has " + std::to_string(bytes_.size()));
    }
}

MasterKey MasterKey::load(const std::string& configured) {
    const Place place = place_of(configured);
    if (configured.empty()) {
        try {
            return MasterKey(read_key(place));
        } catch (const Error& error) {
            throw Error(error.kind(), std::string(error.what())
                                          + " (systemd hands it over when the service starts: mend "
                                            "/etc/loquet/master.key, then 'systemctl restart loquetd')");
        }
    }
    return MasterKey(read_key(place));
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
