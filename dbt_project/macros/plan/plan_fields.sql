{#- The fields of a payload as JSON text without the braces, from mart columns. A null attribute is absent:
    concat_ws leaves nulls out. The text is canonical (fixed order, fixed number format), so its md5 can be compared. -#}
{% macro plan_fields(attributes) -%}
    concat_ws(
        ','
        {%- for attribute in attributes %},
        '"{{ attribute.name }}":' || cast(to_json({{ attribute.name }}) as varchar)
        {%- endfor %}
    )
{%- endmacro %}


{#- The fields that an update sends as null because Optiply still holds a value (C6), as JSON text; '' for none. -#}
{% macro plan_cleared_fields(attributes) -%}
    concat_ws(
        ','
        -- an entity may have none that clear, and concat_ws wants an argument
        , null
        {%- for attribute in attributes if attribute.clears %},
        case when {{ attribute.name }} is null and {{ plan_differs(attribute) }} then '"{{ attribute.name }}":null' end
        {%- endfor %}
    )
{%- endmacro %}
