{#- The rows of the CTE `desired` (a mart's columns and `fields`, see plan_fields) of which Optiply does not certainly
    hold what it should, beside what it last accepted: payload_hash, optiply_id, is_known, is_known_by_id_only,
    accepted_payload, changed_attributes, cleared_fields. resend: a condition on `desired` that lets a row through
    although nothing differs. -#}
{% macro plan_compared(entity, attributes, resend=none) -%}
select
    suspects.*,
    {{ plan_changed_attributes(attributes) | indent(4) }} as changed_attributes,
    {{ plan_cleared_fields(attributes) | indent(4) }} as cleared_fields,
from (
    select
        desired.*,
        md5('{' || desired.fields || '}') as payload_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from desired
    left join {{ source('ledger', 'records') }} as records
        on records.entity = '{{ entity }}' and desired.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null
        or records.payload_hash is distinct from md5('{' || desired.fields || '}')
        {%- if resend %}
        or {{ resend }}
        {%- endif %}
) as suspects
{%- endmacro %}


{#- The payload of a row of plan_compared: the desired fields, and null for what Optiply is to clear (C6). -#}
{% macro plan_payload() -%}
    '{' || concat_ws(',', fields, nullif(cleared_fields, '')) || '}'
{%- endmacro %}
