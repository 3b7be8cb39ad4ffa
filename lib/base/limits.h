// SPDX-License-Identifier: LGPL-2.1-or-later
// Every list that an outsider can lengthen has its limit here, and a test at the limit and one above it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace loquet::limits {

// One dialog
constexpr std::size_t answers_per_turn = 16;        ///< contracts: at most 16 answers in one memfd
constexpr std::size_t answer_bytes = 4096;          ///< ... of 4096 bytes each
constexpr std::size_t prompts_per_turn = 32;        ///< what a step may ask at once: PAM_MAX_NUM_MSG; 16 of it answered
constexpr std::size_t prompt_name_bytes = 64;       ///< as a step gives it
constexpr std::size_t shown_prompt_name_bytes = 97; ///< on the bus: "INSTANCE.NAME"
constexpr std::size_t prompt_text_bytes = 2048;
constexpr std::size_t purpose_bytes = 64;
constexpr std::size_t account_name_bytes = 32;  ///< an accepted name; useradd(8) has the same
constexpr std::size_t typed_name_bytes = 4096;  ///< what a person may type where a name is asked
constexpr std::size_t client_field_bytes = 512; ///< service, tty, rhost, seat, locale
constexpr std::size_t display_name_bytes = 256;
constexpr std::size_t password_bytes = 511;  ///< what crypt(3) can hash; a longer one is wrong, and cannot be set
constexpr std::size_t mail_bytes = 254;      ///< RFC 5321, 4.5.3.1.3, without the angle brackets
constexpr std::size_t mail_local_bytes = 64; ///< RFC 5321, 4.5.3.1.1
constexpr std::size_t accounts_per_address =
    15;                                         ///< whose names are told to the owner of one; 32 bytes each fit a value
constexpr std::size_t phone_digits = 15;        ///< E.164
constexpr std::size_t account_path_bytes = 255; ///< home and shell
constexpr std::size_t authorisation_bytes = 64;
constexpr std::size_t authorisations_per_account = 64;
constexpr std::size_t organisation_bytes = 64;
constexpr std::size_t listed_members = 256;      ///< of an organisation's group; a larger one has no list of members
constexpr std::size_t machine_groups = 32;       ///< of the machine's own, that every account is in
constexpr std::size_t reason_bytes = 512;        ///< what an operator writes beside an act
constexpr std::size_t password_hash_bytes = 384; ///< libxcrypt's CRYPT_OUTPUT_SIZE

constexpr std::size_t support_contact_bytes = 160;         ///< one line of [support], in a prompt and in a message
constexpr std::uint32_t notice_screens = 3;                ///< logins that show what was done to the account ...
constexpr std::size_t screen_notices = 4;                  ///< ... at most so much of it; the newest
constexpr std::uint32_t unlocks_a_day = 3;                 ///< by the owner, of locks by failures
constexpr std::uint32_t slips = 5;                         ///< choices that are none, before the dialog is refused
constexpr std::chrono::seconds self_service_patience{120}; ///< without an answer, before a proof ...
constexpr std::chrono::seconds recovery_patience{60};      ///< ... and behind one

// One import
constexpr std::uint64_t import_bytes = std::uint64_t{4} << 30U;
constexpr std::size_t import_line_bytes = 16 * 1024;
constexpr std::size_t import_errors = 100;       ///< lines whose mistakes are told; the others are counted
constexpr std::size_t imports = 1;               ///< at a time
constexpr std::size_t announced_accounts = 1000; ///< of one import, to programs that watch the accounts; and its last
constexpr std::size_t import_jobs = 16;          ///< running and ended ones that can still be asked

constexpr std::uint32_t new_password_tries = 3; ///< before a change of password has to begin anew
constexpr std::chrono::seconds longest_wait{
    600}; ///< of a step for what happens elsewhere (a push, a link); then it is refused
constexpr std::chrono::seconds longest_queueing{8};    ///< in front of an account; later the answer is not judged
constexpr std::chrono::seconds longest_held_answer{8}; ///< by a growing delay; a longer one refuses at once

// Calls on the bus
constexpr std::size_t call_bytes = 32 * 1024;   ///< arguments of one; more than the longest account needs
constexpr std::size_t call_descriptors = 1;     ///< ... and that is all that a method takes
constexpr std::size_t message_descriptors = 16; ///< that a bus lets one message bring; the system bus so many
constexpr std::size_t reserved_descriptors = 3 * message_descriptors; ///< for two messages, and for calls
constexpr std::size_t acts_per_account = 64; ///< what operators did to it; the oldest gives way
constexpr std::uint32_t caller_tries = 3;    ///< wrong codes of one caller, before a new one has to be sent ...
constexpr std::uint32_t wrong_caller_codes_a_day = 20; ///< ... and of all callers of one operator
constexpr std::size_t operator_name_bytes = 64;        ///< more is cut
constexpr std::size_t polkit_questions = 64;           ///< asked and not answered; the bus permits 128 of one program
constexpr std::size_t polkit_questions_per_uid = 16;
constexpr std::size_t polkit_dialogs = 32; ///< those among them that a person may take minutes to answer
constexpr std::size_t polkit_dialogs_per_uid = 4;
constexpr std::size_t object_watchers = 256; ///< connections that hear of accounts because they listed them

// The daemon
constexpr std::size_t conversations_per_caller = 64; ///< open dialogs of one bus connection
constexpr std::size_t conversations_per_uid = 256;   ///< ... of one user (root excepted)
constexpr std::size_t conversations = 4096;          ///< ... of all
constexpr std::size_t waiting_per_account = 128;     ///< answers queued in front of one account
constexpr std::size_t waiting_maintenance = 16; ///< ... acts of the helpdesk there; nobody else lengthens that line
constexpr std::size_t queued_hashes = 1024;     ///< jobs in front of the hash workers
constexpr std::size_t queued_lookups = 64;      ///< questions in front of the name service
constexpr std::size_t accounts_per_page = 1000;
constexpr std::size_t accounts_per_search = 10000; ///< looked at for one page of a filtered list
constexpr std::size_t audit_records = 1000000;     ///< newest ones that are kept; outsiders make them, too
constexpr std::size_t audit_records_per_page = 1000;
constexpr std::size_t audit_records_per_search = 200'000; ///< newest ones looked at for what happened to one account
constexpr std::size_t described_events = 20;              ///< of one account, newest first, in its description
constexpr std::size_t described_messages = 5;
constexpr std::size_t found_accounts = 20;           ///< told of one search; more are only said to be there
constexpr std::size_t searched_text_bytes = 256;     ///< what is searched for
constexpr std::size_t searches_at_once = 4;          ///< that go over all that is kept; one more is told to come back
constexpr std::size_t searches_of_one_at_once = 2;   ///< of them, of one caller who is not root
constexpr std::size_t own_searches_at_once = 2;      ///< of people for themselves, one each, beside the helpdesk's
constexpr std::size_t places_per_account = 16;       ///< places whose failures are counted apart for one account
constexpr std::size_t known_places = 8;              ///< where the owner of an account succeeded
constexpr std::chrono::days favourite_for{30};       ///< unused for longer, the place of most days may give way too
constexpr std::size_t counted_unknown_names = 65536; ///< names nobody has, with counters of their own
constexpr std::uint32_t unknown_step_states = 1024;  ///< of names nobody has, for each step that keeps something
constexpr std::size_t counted_places = 16384;

// Plugins
constexpr std::size_t plugin_frame_bytes = 131072;    ///< one request or answer on a plugin's socket
constexpr std::size_t plugin_state_bytes = 16 * 1024; ///< what a step may keep for an account or a dialog
constexpr std::size_t plugin_facts = 32;
constexpr std::size_t plugin_fact_bytes = 1024;
constexpr std::size_t plugin_rules = 64;
constexpr std::size_t plugin_option_bytes = 4096;
constexpr std::size_t plugin_options = 256;
constexpr std::size_t plugin_name_bytes = 64; ///< of a plugin, an instance, an option, a fact, a message's variable
constexpr std::size_t plugin_version_bytes = 64;
constexpr std::size_t plugin_summary_bytes = 256;
constexpr std::size_t plugin_note_bytes = 256; ///< a note for the audit log, an alert for the operator
constexpr std::size_t plugin_reason_bytes = 64;
constexpr std::size_t plugin_error_bytes = 512;         ///< why a plugin could not do its work
constexpr std::size_t plugin_log_bytes = 1024;          ///< one line of a plugin in the journal
constexpr std::size_t plugin_connections = 4;           ///< open at one plugin's process
constexpr std::size_t plugin_calls_in_flight = 16;      ///< sent to one plugin and not answered yet
constexpr std::size_t plugin_calls_waiting = 4096;      ///< ... in front of that
constexpr std::chrono::seconds plugin_introduction{10}; ///< for a plugin to say what it is; a reload waits as long
constexpr std::size_t queued_reloads = 4;               ///< behind the one that waits for its plugins
constexpr std::size_t mistakes_told = 256; ///< by the answer of ReloadConfiguration; the journal has them all
constexpr std::size_t mistake_bytes = 1024;
constexpr std::size_t step_key_bytes = 32;   ///< what a step gets to hash short codes with
constexpr std::size_t messages_per_turn = 2; ///< that a step may send at once
constexpr std::chrono::seconds shortest_message_life{1};
constexpr std::chrono::seconds longest_message_life{86'400};
constexpr std::size_t message_id_bytes = 64;
constexpr std::size_t message_variables = 16;
constexpr std::size_t message_variable_bytes = 512;

// One delivery by a channel
constexpr std::size_t deliveries_in_flight = 16;     ///< taken up by one channel and not told yet
constexpr std::size_t delivery_reference_bytes = 32; ///< always as many: 128 bits in hexadecimal digits
constexpr std::size_t delivery_subject_bytes = 255;
constexpr std::size_t delivery_text_bytes = 4096;
constexpr std::size_t gateway_reference_bytes = 128;  ///< more is cut
constexpr std::size_t gateway_said_bytes = 256;       ///< more is cut
constexpr std::chrono::seconds longest_retry{86'400}; ///< that a gateway can ask for
constexpr std::size_t receipts_at_once = 32;          ///< that a channel tells, and sent messages that it is asked of

// Messages on their way to people
constexpr std::size_t kept_messages = 100000;   ///< in the outbox; of those with a final state the oldest gives way
constexpr std::size_t waiting_messages = 20000; ///< ... without a final state; a newcomer beyond is refused
constexpr std::size_t counted_budgets = 65536; ///< accounts, destinations, countries, places with spending of their own
constexpr std::size_t notice_organisation_characters = 40; ///< so that a notice, with the longest name of an account
constexpr std::size_t notice_machine_bytes = 14;           ///< ... and its place, is two text messages long:
constexpr std::size_t notice_origin_bytes = 24;            ///< what is known of the place there; a network of IPv6 fits
constexpr std::size_t channels_per_medium = 8;             ///< that a message is offered to, one after the other
constexpr std::size_t awaited_receipts = 10000;    ///< sent messages of one channel that it is asked of; the newest
constexpr std::size_t messages_per_page = 1000;    ///< of a list
constexpr std::size_t messages_per_search = 10000; ///< looked at for one page

// Texts
constexpr std::size_t message_text_bytes = 1024; ///< one text of a catalogue
constexpr std::size_t message_value_bytes = 512; ///< what one variable of it stands for

// The store
constexpr std::size_t store_bytes = std::size_t{64} << 30U; ///< the map grows up to this
constexpr std::size_t queued_writes = 4096;                 ///< pieces of work in front of the writer
constexpr std::size_t step_name_bytes = 64;
constexpr std::size_t bucket_slots = 8; ///< slots that the counters of outsiders (or places) share before one gives way

// The directory, as the module in every process believes it
constexpr std::size_t person_text_bytes = 4096;                         ///< what getpwnam(3) copies
constexpr std::size_t group_text_bytes = std::size_t{64} * 1024 * 1024; ///< ... getgrnam(3); millions of members
constexpr std::size_t groups_per_person = 65536;                        ///< NGROUPS_MAX of Linux

// Files
constexpr std::size_t configuration_file_bytes = 1024 * 1024;
constexpr std::size_t key_file_bytes = 4096;
constexpr std::size_t program_output_bytes =
    std::size_t{4} * 1024 * 1024; ///< of each channel of a program that loquetctl runs

} // namespace loquet::limits
