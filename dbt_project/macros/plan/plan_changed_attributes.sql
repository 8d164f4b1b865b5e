{#- What differs between the mart's columns and the payload that Optiply last accepted, as JSON text
    {"price": {"old": 1.0, "new": 2.0}}; NULL when nothing does (C7). Compares attribute by attribute, so that an
    attribute whose flag went off since is no change. Needs the columns accepted_payload and is_known_by_id_only. -#}
{% macro plan_changed_attributes(attributes) -%}
    '{' || nullif(concat_ws(
        ','
        {%- for attribute in attributes %},
        case when {{ plan_differs(attribute) }} then
            '"{{ attribute.name }}":{"old":'
            || coalesce(cast(json_extract(accepted_payload, '$.{{ attribute.name }}') as varchar), 'null')
            || ',"new":' || coalesce(cast(to_json({{ attribute.name }}) as varchar), 'null') || '}'
        end
        {%- endfor %}
    ), '') || '}'
{%- endmacro %}


{#- Whether one attribute must be sent. Where null clears, a null is sent unless Optiply holds none (absent and null
    are equal); elsewhere a null is absent and never a change (C6). Of a record of which only the id is known,
    everything is sent. -#}
{% macro plan_differs(attribute) -%}
    {%- if attribute.clears -%}
    (is_known_by_id_only or {{ plan_new_value(attribute) }} is distinct from {{ plan_old_value(attribute) }})
    {%- else -%}
    ({{ attribute.name }} is not null and {{ plan_new_value(attribute) }} is distinct from {{ plan_old_value(attribute) }})
    {%- endif -%}
{%- endmacro %}


{#- The desired and the accepted value of one attribute in a form in which equal values are equal: 12.5 and 12.50 are
    one number, and order lines are compared as rows, whatever their text. -#}
{% macro plan_new_value(attribute) -%}
    {%- if attribute.kind in ('number', 'lines') -%}
    {{ attribute.name }}
    {%- elif attribute.kind == 'texts' -%}
    cast(to_json({{ attribute.name }}) as varchar)
    {%- else -%}
    cast({{ attribute.name }} as varchar)
    {%- endif -%}
{%- endmacro %}


{% macro plan_old_value(attribute) -%}
    {%- if attribute.kind == 'number' -%}
    try_cast(json_extract_string(accepted_payload, '$.{{ attribute.name }}') as decimal(38, 6))
    {%- elif attribute.kind == 'lines' -%}
    list_sort(json_transform(
        json_extract(accepted_payload, '$.{{ attribute.name }}'),
        '[{"product_remote_id":"VARCHAR","quantity":"BIGINT","subtotal_value":"DECIMAL(18,2)"}]'
    ))
    {%- elif attribute.kind == 'texts' -%}
    cast(json_extract(accepted_payload, '$.{{ attribute.name }}') as varchar)
    {%- else -%}
    json_extract_string(accepted_payload, '$.{{ attribute.name }}')
    {%- endif -%}
{%- endmacro %}
