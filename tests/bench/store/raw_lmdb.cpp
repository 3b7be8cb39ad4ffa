// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/store/raw_lmdb.h"

#include "lib/base/file.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace loquet::bench {

using store::check;

namespace {

constexpr int tag_bytes = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr std::array<std::uint8_t, 32> key{};

MDB_txn* begin(MDB_env* env, unsigned flags) {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env, nullptr, flags, &txn), "begin");
    return txn;
}

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
    return {static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
            static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

std::string seal(const std::string& plain) {
    std::string out(nonce_bytes + plain.size() + tag_bytes, '\0');
    auto* bytes = reinterpret_cast<std::uint8_t*>(out.data());
    const store::CipherContext context(EVP_CIPHER_CTX_new());
    int length = 0;
    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes);
    EVP_EncryptUpdate(context.get(), bytes + nonce_bytes, &length, reinterpret_cast<const std::uint8_t*>(plain.data()),
                      static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context.get(), bytes + nonce_bytes + length, &length);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes + nonce_bytes + plain.size());
    return out;
}

} // namespace

RawLmdb::RawLmdb(const std::string& folder, std::uint32_t records, std::size_t bytes)
    : cipher_(EVP_CIPHER_CTX_new()), records_(records), value_(seal(std::string(bytes, 'v'))) {
    base::make_folder(folder, 0700);
    MDB_env* env = nullptr;
    check(mdb_env_create(&env), "create");
    env_.reset(env);
    check(mdb_env_set_mapsize(env, std::size_t{1} << 30U), "size");
    check(mdb_env_open(env, folder.c_str(), MDB_NOTLS, 0600), "open");
    store::TxnHandle txn(begin(env, 0));
    check(mdb_dbi_open(txn.get(), nullptr, 0, &table_), "table");
    for (std::uint32_t i = 0; i < records; ++i) {
        const auto number = big_endian(i);
        MDB_val at = store::to_val(number);
        MDB_val value{value_.size(), value_.data()};
        check(mdb_put(txn.get(), table_, &at, &value, 0), "put");
    }
    check(mdb_txn_commit(txn.release()), "commit");
    reader_.reset(begin(env, MDB_RDONLY));
    mdb_txn_reset(reader_.get());
    EVP_DecryptInit_ex(cipher_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr);
}

MDB_val RawLmdb::find(std::uint32_t number) {
    const auto bytes = big_endian(number);
    MDB_val at = store::to_val(bytes);
    MDB_val value{};
    check(mdb_get(reader_.get(), table_, &at, &value), "get");
    return value;
}

std::size_t RawLmdb::get(std::uint32_t number) {
    check(mdb_txn_renew(reader_.get()), "renew");
    const std::size_t size = find(number).mv_size;
    mdb_txn_reset(reader_.get());
    return size;
}

std::size_t RawLmdb::get_and_open(std::uint32_t number) {
    check(mdb_txn_renew(reader_.get()), "renew");
    const MDB_val value = find(number);
    const auto* bytes = static_cast<const std::uint8_t*>(value.mv_data);
    std::array<std::uint8_t, 4096> plain; // NOLINT(cppcoreguidelines-pro-type-member-init): written below
    std::array<std::uint8_t, tag_bytes> tag{};
    const auto size = static_cast<int>(value.mv_size - nonce_bytes - tag_bytes);
    std::copy_n(bytes + value.mv_size - tag_bytes, tag_bytes, tag.begin());
    int length = 0;
    EVP_DecryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, bytes);
    EVP_DecryptUpdate(cipher_.get(), plain.data(), &length, bytes + nonce_bytes, size);
    EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data());
    if (EVP_DecryptFinal_ex(cipher_.get(), plain.data() + length, &length) != 1) {
        throw std::runtime_error("the floor cannot open its own value");
    }
    mdb_txn_reset(reader_.get());
    return static_cast<std::size_t>(size);
}

void RawLmdb::put(std::uint32_t number, std::uint32_t puts) {
    store::TxnHandle txn(begin(env_.get(), 0));
    for (std::uint32_t i = 0; i < puts; ++i) {
        const auto bytes = big_endian((number + i * (records_ / puts)) % records_);
        MDB_val at = store::to_val(bytes);
        MDB_val value{value_.size(), value_.data()};
        check(mdb_put(txn.get(), table_, &at, &value, 0), "put");
    }
    check(mdb_txn_commit(txn.release()), "commit");
}

} // namespace loquet::bench
