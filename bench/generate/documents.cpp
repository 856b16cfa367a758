#include "bench/generate/charset.h"
#include "bench/generate/files.h"

#include <fmt/format.h>
#include <zlib.h>

namespace facteur::generate {
namespace {

void append_le(std::string& out, std::uint64_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i)
        out += static_cast<char>(value >> (8 * i));
}

std::string raw_deflated(const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        default: out += c;
        }
    }
    return out;
}

// Each line of a text in a frame of XML.
std::string lines_in(const std::string& text, const std::string& before, const std::string& after) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        out += before + escaped(text.substr(at, end - at)) + after;
        at = end + 1;
    }
    return out;
}

constexpr auto xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr auto office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string office_rels(const std::string& target) {
    return fmt::format(
        "{}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        "<Relationship Id=\"rId1\" Type=\"{}/{}\" Target=\"{}\"/></Relationships>",
        xml, office, target.starts_with("worksheets") ? "worksheet" : "officeDocument", target);
}

std::string content_types(const std::string& part, const std::string& type, const std::string& more = "") {
    return fmt::format("{}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                       "<Default Extension=\"rels\" "
                       "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                       "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                       "<Override PartName=\"/{}\" "
                       "ContentType=\"application/vnd.openxmlformats-officedocument.{}+xml\"/>{}</Types>",
                       xml, part, type, more);
}

std::string pdf_string(const std::string& line) {
    std::string out = "(";
    for (const char c : encoded(line, "windows-1252")) {
        if (c == '(' || c == ')' || c == '\\') out += '\\';
        out += c;
    }
    return out + ")";
}

} // namespace

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string out, directory;
    for (const auto& [name, bytes] : files) {
        const bool stored = name == "mimetype"; // ODF wants it first and stored
        const std::string data = stored ? bytes : raw_deflated(bytes);
        const auto crc =
            crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
        std::string common;
        append_le(common, 20, 2);
        append_le(common, 0x0800, 2); // names are UTF-8
        append_le(common, stored ? 0 : 8, 2);
        append_le(common, 0x6000, 2);
        append_le(common, 0x5C6B, 2); // 2026-03-11
        append_le(common, crc, 4);
        append_le(common, data.size(), 4);
        append_le(common, bytes.size(), 4);
        append_le(common, name.size(), 2);
        append_le(common, 0, 2);
        directory += "PK\x01\x02";
        append_le(directory, 20, 2);
        directory += common;
        append_le(directory, 0, 10);
        append_le(directory, out.size(), 4);
        directory += name;
        out += "PK\x03\x04" + common + name + data;
    }
    const auto start = out.size();
    out += directory + "PK\x05\x06";
    append_le(out, 0, 4);
    append_le(out, files.size(), 2);
    append_le(out, files.size(), 2);
    append_le(out, directory.size(), 4);
    append_le(out, start, 4);
    append_le(out, 0, 2);
    return out;
}

std::string pdf(const std::vector<std::string>& pages) {
    std::vector<std::string> objects = {
        "<< /Type /Catalog /Pages 2 0 R >>", "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"};
    std::string kids;
    for (const auto& page : pages) {
        std::string content = "BT /F1 11 Tf 15 TL 60 780 Td\n";
        for (std::size_t at = 0; at < page.size();) {
            const auto end = std::min(page.find('\n', at), page.size());
            content += pdf_string(page.substr(at, end - at)) + " Tj T*\n";
            at = end + 1;
        }
        content += "ET\n";
        const auto number = objects.size() + 1;
        kids += fmt::format("{} 0 R ", number);
        objects.push_back(fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R "
                                      "/Resources << /Font << /F1 3 0 R >> >> >>",
                                      number + 1));
        objects.push_back(fmt::format("<< /Length {} >>\nstream\n{}endstream", content.size(), content));
    }
    objects[1] = fmt::format("<< /Type /Pages /Kids [ {}] /Count {} >>", kids, pages.size());
    std::string out = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";
    std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        table += fmt::format("{:010} 00000 n \n", out.size());
        out += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
    }
    const auto start = out.size();
    return out + table +
           fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", objects.size() + 1,
                       start);
}

std::string docx(const std::string& text) {
    const std::string document =
        std::string(xml) +
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>" +
        lines_in(text, "<w:p><w:r><w:t xml:space=\"preserve\">", "</w:t></w:r></w:p>") +
        "</w:body></w:document>";
    return zip({{"[Content_Types].xml", content_types("word/document.xml", "wordprocessingml.document.main")},
                {"_rels/.rels", office_rels("word/document.xml")},
                {"word/document.xml", document}});
}

std::string odt(const std::string& text) {
    const std::string names =
        "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "
        "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"";
    const std::string content = std::string(xml) + "<office:document-content " + names +
                                "><office:body><office:text>" + lines_in(text, "<text:p>", "</text:p>") +
                                "</office:text></office:body></office:document-content>";
    const std::string type = "application/vnd.oasis.opendocument.text";
    const std::string manifest =
        std::string(xml) +
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
        "manifest:version=\"1.2\">"
        "<manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"" +
        type +
        "\"/>"
        "<manifest:file-entry manifest:full-path=\"content.xml\" "
        "manifest:media-type=\"text/xml\"/></manifest:manifest>";
    return zip({{"mimetype", type}, {"content.xml", content}, {"META-INF/manifest.xml", manifest}});
}

std::string xlsx(const std::vector<std::vector<std::string>>& rows) {
    std::string sheet =
        std::string(xml) +
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
    for (const auto& row : rows) {
        sheet += "<row>";
        for (const auto& cell : row)
            sheet += "<c t=\"inlineStr\"><is><t>" + escaped(cell) + "</t></is></c>";
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    const std::string workbook = fmt::format(
        "{}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{}\">"
        "<sheets><sheet name=\"Feuille 1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        xml, office);
    const std::string sheet_type =
        "<Override PartName=\"/xl/worksheets/sheet1.xml\" "
        "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>";
    return zip(
        {{"[Content_Types].xml", content_types("xl/workbook.xml", "spreadsheetml.sheet.main", sheet_type)},
         {"_rels/.rels", office_rels("xl/workbook.xml")},
         {"xl/workbook.xml", workbook},
         {"xl/_rels/workbook.xml.rels", office_rels("worksheets/sheet1.xml")},
         {"xl/worksheets/sheet1.xml", sheet}});
}

std::vector<std::vector<std::string>> marks(Random& random) {
    std::vector<std::vector<std::string>> rows = {
        {"Nom", "Prénom", "Contrôle 1", "Contrôle 2", "Oral", "Moyenne", "Appréciation"}};
    const std::vector<std::string> words = {"Très bon trimestre",          "Ensemble correct",
                                            "Des efforts à poursuivre",    "Résultats fragiles",
                                            "Élève sérieux et volontaire", "Trop de bavardages"};
    for (auto i = random.between(12, 30); i > 0; --i) {
        const int a = random.between(4, 20), b = random.between(4, 20), c = random.between(6, 20);
        rows.push_back({random_last_name(random), random_first_name(random), std::to_string(a),
                        std::to_string(b), std::to_string(c), fmt::format("{:.1f}", (a + b + c) / 3.0),
                        random.pick(words)});
    }
    return rows;
}

std::string csv(const std::vector<std::vector<std::string>>& rows, char separator) {
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            out += (i == 0 ? std::string() : std::string(1, separator)) + row[i];
        out += "\r\n";
    }
    return out;
}

std::vector<File> files_for(Enclosed kind, const std::string& title, Random& random) {
    const std::string name = title.size() > 60 ? "document" : title;
    std::string text = title + "\n\n";
    for (int i = random.between(6, 30); i > 0; --i)
        text += wrapped(fill(random.pick(random.pick(office_topics()).sentences), random), 84) + "\n";
    switch (kind) {
    case Enclosed::nothing: return {};
    case Enclosed::pdf: {
        std::vector<std::string> pages(static_cast<std::size_t>(random.between(1, 4)), text);
        return {{name + ".pdf", "application/pdf", pdf(pages)}};
    }
    case Enclosed::docx:
        return {{name + ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                 docx(text)}};
    case Enclosed::odt: return {{name + ".odt", "application/vnd.oasis.opendocument.text", odt(text)}};
    case Enclosed::xlsx:
        return {{name + ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                 xlsx(marks(random))}};
    case Enclosed::csv: {
        const bool latin = random.chance(50);
        const std::string table = csv(marks(random), ';');
        return {{name + ".csv", latin ? "text/csv; charset=windows-1252" : "text/csv; charset=utf-8",
                 latin ? encoded(table, "windows-1252") : table}};
    }
    case Enclosed::photo: {
        std::vector<File> photos;
        for (int i = random.between(1, 6); i > 0; --i) {
            const bool small = random.chance(70);
            auto picture = landscape(random, small ? 320 : 1024, small ? 240 : 768);
            if (random.chance(4)) // a heavy one: grain does not compress
                for (char& sample : picture.rgb)
                    sample = static_cast<char>(sample ^ static_cast<char>(random.below(8)));
            const bool is_png = random.chance(25);
            photos.push_back({fmt::format("IMG_{:04}.{}", random.between(1, 9999), is_png ? "png" : "jpg"),
                              is_png ? "image/png" : "image/jpeg", is_png ? png(picture) : jpeg(picture)});
        }
        return photos;
    }
    case Enclosed::zip:
        return {{name + ".zip", "application/zip",
                 zip({{"Lisez-moi.txt", text},
                      {"été/élèves.csv", csv(marks(random), ',')},
                      {"affiche.png", png(landscape(random, 200, 120))}})}};
    }
    return {};
}

} // namespace facteur::generate
