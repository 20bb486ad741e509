-- SPDX-License-Identifier: MIT
-- A document's links to other documents, and their headings, lead to the HTML of these.
function Link(link)
    if not link.target:match("^%a+:") then
        link.target = link.target:gsub("%.md$", ".html"):gsub("%.md#", ".html#")
    end
    return link
end
