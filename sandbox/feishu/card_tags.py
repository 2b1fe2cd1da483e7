"""Card JSON 2.0: which tags there are, which properties each has, and which values some of those take."""

COMMON = frozenset({"tag", "element_id", "margin"})
LAYOUT = frozenset(
    {"direction", "horizontal_spacing", "vertical_spacing", "horizontal_align", "vertical_align", "padding"}
)
CONTAINER = LAYOUT | {"elements"}
PRESSABLE = frozenset({"disabled", "disabled_tips", "hover_tips", "confirm", "behaviors"})
SELECT = frozenset({"name", "placeholder", "width", "type", "required", "options"}) | PRESSABLE
PICKER = frozenset({"name", "placeholder", "width", "required", "value"}) | PRESSABLE

ROOT = frozenset({"schema", "config", "card_link", "header", "body"})
CONFIG = frozenset(
    {
        "update_multi",
        "streaming_mode",
        "streaming_config",
        "summary",
        "locales",
        "enable_forward",
        "enable_forward_interaction",
        "width_mode",
        "use_custom_translation",
        "style",
    }
)
CARD_LINK = frozenset({"url", "pc_url", "ios_url", "android_url"})
HEADER = frozenset({"title", "subtitle", "template", "padding", "icon", "text_tag_list", "i18n_text_tag_list"})
BODY = LAYOUT | {"elements"}
PANEL_HEADER = frozenset(
    {
        "title",
        "background_color",
        "vertical_align",
        "padding",
        "position",
        "width",
        "icon",
        "icon_position",
        "icon_expanded_angle",
    }
)
BORDER = frozenset({"color", "corner_radius"})
CONFIRM = frozenset({"title", "text"})
CALLBACK = frozenset({"type", "value"})
OPEN_URL = frozenset({"type", "default_url", "pc_url", "ios_url", "android_url"})
TABLE_COLUMN = frozenset(
    {"name", "display_name", "data_type", "width", "horizontal_align", "vertical_align", "format", "date_format"}
)
HEADER_STYLE = frozenset({"text_align", "text_size", "background_style", "text_color", "bold", "lines"})

TEXTS: dict[str, frozenset[str]] = {
    "plain_text": frozenset(
        {"tag", "element_id", "content", "i18n_content", "text_size", "text_color", "text_align", "lines"}
    ),
    "lark_md": frozenset(
        {"tag", "element_id", "content", "i18n_content", "text_size", "text_align", "text_color", "lines"}
    ),
    "text_tag": frozenset({"tag", "element_id", "text", "color"}),
    "standard_icon": frozenset({"tag", "token", "color", "size"}),
    "custom_icon": frozenset({"tag", "img_key", "size"}),
}

ELEMENTS: dict[str, frozenset[str]] = {
    "markdown": frozenset({"content", "i18n_content", "text_size", "text_align", "icon"}),
    "div": frozenset({"text", "icon", "width"}),
    "hr": frozenset(),
    "img": frozenset(
        {
            "img_key",
            "alt",
            "title",
            "corner_radius",
            "scale_type",
            "size",
            "transparent",
            "preview",
            "mode",
            "custom_width",
        }
    ),
    "img_combination": frozenset({"combination_mode", "combination_transparent", "corner_radius", "img_list"}),
    "person": frozenset({"user_id", "size", "show_avatar", "show_name", "style"}),
    "person_list": frozenset(
        {"persons", "size", "lines", "show_avatar", "show_name", "drop_invalid_user_id", "icon", "ud_icon"}
    ),
    "chart": frozenset({"aspect_ratio", "color_theme", "chart_spec", "preview", "height"}),
    "table": frozenset(
        {"page_size", "row_height", "row_max_height", "freeze_first_column", "header_style", "columns", "rows"}
    ),
    "column_set": frozenset(
        {"flex_mode", "horizontal_spacing", "horizontal_align", "background_style", "columns", "action"}
    ),
    "column": CONTAINER | {"background_style", "width", "weight", "action"},
    "collapsible_panel": CONTAINER | {"expanded", "background_color", "border", "header"},
    "interactive_container": CONTAINER
    | PRESSABLE
    | {"width", "height", "corner_radius", "has_border", "border_color", "background_style"},
    "form": CONTAINER | {"name"},
    "button": frozenset({"type", "size", "width", "text", "icon", "name", "required", "form_action_type"}) | PRESSABLE,
    "overflow": frozenset({"width", "options", "name", "value"}) | PRESSABLE,
    "input": frozenset(
        {
            "name",
            "required",
            "disabled",
            "disabled_tips",
            "hover_tips",
            "placeholder",
            "default_value",
            "width",
            "max_length",
            "input_type",
            "show_icon",
            "rows",
            "auto_resize",
            "max_rows",
            "label",
            "label_position",
            "value",
            "behaviors",
            "confirm",
        }
    ),
    "select_static": SELECT | {"initial_option", "initial_index"},
    "multi_select_static": SELECT | {"selected_values"},
    "select_person": SELECT | {"initial_option"},
    "multi_select_person": SELECT | {"selected_values"},
    "select_img": SELECT | {"style", "multi_select", "layout", "can_preview", "aspect_ratio"},
    "date_picker": PICKER | {"initial_date"},
    "picker_time": PICKER | {"initial_time"},
    "picker_datetime": PICKER | {"initial_datetime"},
    "checker": frozenset({"name", "checked", "text", "overall_checkable", "button_area", "checked_style", "padding"})
    | PRESSABLE,
    "audio": frozenset({"audio_id", "file_key", "fill_color", "style"}),
}

INTERACTIVE = frozenset(
    {"button", "input", "overflow", "checker", "date_picker", "picker_time", "picker_datetime", "select_img"}
    | {"select_static", "multi_select_static", "select_person", "multi_select_person"}
)
NESTING = frozenset({"column_set", "collapsible_panel", "interactive_container", "form"})

TEMPLATES = frozenset(
    [
        "blue",
        "wathet",
        "turquoise",
        "green",
        "yellow",
        "orange",
        "red",
        "carmine",
        "violet",
        "purple",
        "indigo",
        "grey",
        "default",
    ]
)
TAG_COLORS = TEMPLATES - {"default"} | {"neutral", "lime"}
BUTTON_TYPES = frozenset(
    ["default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled", "danger_filled", "laser"]
)
FLEX_MODES = frozenset(["none", "stretch", "flow", "bisect", "trisect"])
DATA_TYPES = frozenset(["text", "lark_md", "markdown", "options", "number", "persons", "date"])
CHARTS = frozenset(
    [
        "line",
        "area",
        "bar",
        "pie",
        "funnel",
        "scatter",
        "radar",
        "wordCloud",
        "linearProgress",
        "circularProgress",
        "common",
        "combination",
        "rose",
        "gauge",
    ]
)

CHOICES: dict[tuple[str, str], frozenset[str]] = {
    ("button", "type"): BUTTON_TYPES,
    ("button", "form_action_type"): frozenset({"submit", "reset"}),
    ("column_set", "flex_mode"): FLEX_MODES,
    ("input", "input_type"): frozenset({"text", "multiline_text", "password"}),
    ("input", "label_position"): frozenset({"top", "left"}),
}
