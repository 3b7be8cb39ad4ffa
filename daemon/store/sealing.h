// SPDX-License-Identifier: LGPL-2.1-or-later
// The keys of the store: AES-256-GCM for values and keyed hashes for index keys. A value is bound to its table and key:
// moved elsewhere it does not open. One Sealer belongs to one thread (it keeps OpenSSL's contexts ready, which are not
// shared).
#pragma once

#include "daemon/model/ids.h"
#include "daemon/store/tables.h"
#include "lib/base/handle.h"
#include "lib/base/secret.h"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace loquet::store {

/// Before anything else here, where the store is served: OpenSSL reads no openssl.cnf, which can name engines and
/// providers to load, and not the texts of its errors, which nobody asks for; it needs 0.6 MB less then. For the whole
/// process, and for good.
void restrict_openssl() noexcept;

/// Whose key a step gets: an account's follows its number, and stays when the name is changed; a name that nobody has
/// gives another one, of its digest.
enum class StepKeyOwner : std::uint8_t { account = 1, unknown = 2 };

/// Random nonces for AES-GCM, drawn from the kernel a page at a time: a system call for each would take as long as the
/// sealing itself. NIST SP 800-38D, 8.2.2: all 96 bits are random, from a generator of the full strength; so at most
/// 2^32 values may be sealed under one key (8.3), and how they are drawn changes nothing in that.
///
/// One thread. The page is none of a child's (MADV_WIPEONFORK): a child begins with nonces of its own. What was drawn
/// and is not used yet is wiped at the end.
class Nonces {
public:
    static constexpr std::size_t nonce_bytes = 12;

    /// Throws Error where there is no memory.
    Nonces();

    /// Bytes that were never given before. Throws Error where the kernel gives no random bytes.
    void next(std::span<std::uint8_t, nonce_bytes> nonce);

private:
    struct Page {
        std::size_t left; ///< nonces at the start of `nonces`; 0 in a page that the kernel wiped
        std::array<std::array<std::uint8_t, nonce_bytes>, 340> nonces;
    };
    static void release(Page* page) noexcept;

    base::Handle<Page, &Nonces::release> page_;
};

using CipherContext = base::Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using MacContext = base::Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;

/// 12 bytes of fresh random nonce, the ciphertext, 16 bytes of tag.
class Cipher {
public:
    static constexpr std::size_t key_bytes = 32;
    static constexpr std::size_t nonce_bytes = Nonces::nonce_bytes;
    static constexpr std::size_t tag_bytes = 16;
    static constexpr std::size_t overhead = nonce_bytes + tag_bytes;

    explicit Cipher(std::span<const std::uint8_t, key_bytes> key);

    [[nodiscard]] base::SecureBytes seal(std::span<const std::uint8_t> bound_to, std::span<const std::uint8_t> plain);
    /// False, and nothing in `plain`, where the bytes were not sealed by this key for `bound_to`.
    [[nodiscard]] bool open(std::span<const std::uint8_t> bound_to, std::span<const std::uint8_t> sealed,
                            base::SecureBytes& plain);

private:
    CipherContext seal_;
    CipherContext open_;
    Nonces nonces_;
};

/// HMAC-SHA256 with a key that stays ready.
class Mac {
public:
    using Result = std::array<std::uint8_t, 32>;
    explicit Mac(std::span<const std::uint8_t> key);
    [[nodiscard]] Result operator()(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second = {});

private:
    MacContext context_;
};

/// HKDF-SHA256 (RFC 5869) without salt: `label` says what the key is for.
[[nodiscard]] base::SecureBytes derive_key(std::span<const std::uint8_t> from, std::string_view label);

class Sealer {
public:
    explicit Sealer(std::span<const std::uint8_t, Cipher::key_bytes> data_key);

    [[nodiscard]] base::SecureBytes seal(Table table, std::span<const std::uint8_t> key,
                                         std::span<const std::uint8_t> plain);
    /// Throws Error (corrupt), naming the table.
    void open(Table table, std::span<const std::uint8_t> key, std::span<const std::uint8_t> sealed,
              base::SecureBytes& plain);

    [[nodiscard]] model::Digest digest(DigestKind kind, std::string_view text);
    /// What a step's plugin hashes short codes with: of its instance and of `whose` alone (sdk/include/loquet/step.h).
    [[nodiscard]] base::SecureBytes step_key(std::string_view instance, StepKeyOwner owner,
                                             std::span<const std::uint8_t> whose);
    /// The link of the audit chain: over the link before and the record.
    [[nodiscard]] Mac::Result chain(std::span<const std::uint8_t> before, std::span<const std::uint8_t> record) {
        return chain_(before, record);
    }

private:
    Cipher cipher_;
    std::array<Mac, digest_labels.size()> digests_;
    Mac step_keys_;
    Mac chain_;
};

/// The key that comes from outside the store: 32 random bytes in a file, or a systemd credential (bound to a TPM where
/// there is one). It wraps the store's data key and nothing else.
class MasterKey {
public:
    static constexpr std::size_t size = 32;

    /// Throws Error (invalid) unless it has `size` bytes.
    explicit MasterKey(base::Secret bytes);

    /// From the file `configured`; where that is empty, from $CREDENTIALS_DIRECTORY/master-key. Throws Error:
    /// `not_found` without a file, `denied` where others can read it (a credential may show a group bit, which is how
    /// systemd grants it to the service's user), `invalid` where it has not 32 bytes.
    [[nodiscard]] static MasterKey load(const std::string& configured);

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;

private:
    base::Secret bytes_;
};

/// The data key of one store: random when the store is made, kept in it under the master key.
class StoreKeys {
public:
    [[nodiscard]] static StoreKeys fresh();
    /// Throws Error: `denied` where the master key is another than the one that wrapped it, `conflict` where a newer
    /// loquetd wrapped it in a way this one does not know.
    [[nodiscard]] static StoreKeys unwrap(const MasterKey& key, std::span<const std::uint8_t> wrapped);

    /// One byte that says how it is wrapped, then the sealed key.
    [[nodiscard]] base::SecureBytes wrap(const MasterKey& key) const;

    [[nodiscard]] Sealer sealer() const;

private:
    explicit StoreKeys(base::SecureBytes data_key) : data_key_(std::move(data_key)) {}
    base::SecureBytes data_key_;
};

} // namespace loquet::store
