{#- Why a known record is sent, in plain words: 'price, stock level changed'. Needs changed_attributes and
    is_known_by_id_only. -#}
{% macro plan_reason_for_update() -%}
    case
        when is_known_by_id_only then 'known by id only'
        else replace(array_to_string(json_keys(changed_attributes), ', '), '_', ' ') || ' changed'
    end
{%- endmacro %}
