#include "transport/imap/capability.h"

namespace facteur::imap {

std::uint8_t enabled_bits(std::string_view capability) {
    if (capability == "CONDSTORE") return enabled_condstore;
    if (capability == "QRESYNC") return enabled_qresync | enabled_condstore;
    if (capability == "UTF8=ACCEPT") return enabled_utf8;
    if (capability == "IMAP4REV2") return enabled_rev2;
    if (capability == "UIDONLY") return enabled_uid_only;
    return 0;
}

const std::vector<std::string>& known_capabilities() {
    static const std::vector<std::string> all = {"IMAP4rev1",
                                                 "IMAP4rev2",
                                                 "ENABLE",
                                                 "IDLE",
                                                 "NAMESPACE",
                                                 "ID",
                                                 "UNSELECT",
                                                 "UIDPLUS",
                                                 "MOVE",
                                                 "CONDSTORE",
                                                 "QRESYNC",
                                                 "ESEARCH",
                                                 "SEARCHRES",
                                                 "SORT",
                                                 "SORT=DISPLAY",
                                                 "THREAD=ORDEREDSUBJECT",
                                                 "THREAD=REFERENCES",
                                                 "THREAD=REFS",
                                                 "LIST-EXTENDED",
                                                 "LIST-STATUS",
                                                 "LIST-MYRIGHTS",
                                                 "LIST-METADATA",
                                                 "SPECIAL-USE",
                                                 "CREATE-SPECIAL-USE",
                                                 "STATUS=SIZE",
                                                 "CHILDREN",
                                                 "BINARY",
                                                 "MULTIAPPEND",
                                                 "CATENATE",
                                                 "COMPRESS=DEFLATE",
                                                 "OBJECTID",
                                                 "PREVIEW",
                                                 "SAVEDATE",
                                                 "WITHIN",
                                                 "CONTEXT=SEARCH",
                                                 "CONTEXT=SORT",
                                                 "ESORT",
                                                 "PARTIAL",
                                                 "UIDONLY",
                                                 "REPLACE",
                                                 "INPROGRESS",
                                                 "NOTIFY",
                                                 "METADATA",
                                                 "METADATA-SERVER",
                                                 "QUOTA",
                                                 "QUOTASET",
                                                 "ACL",
                                                 "RIGHTS=texk",
                                                 "UTF8=ACCEPT",
                                                 "SEARCH=FUZZY"};
    return all;
}

} // namespace facteur::imap
