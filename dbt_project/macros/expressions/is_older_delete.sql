{#- Whether a row of the delete log is older than the row it names, which then stands again. Only sync
    rows carry a version; other rows are compared by instant, and rows with neither count as deleted. -#}
{% macro is_older_delete(deleted, row_alias) -%}
    coalesce(
        {{ deleted }}.row_version < {{ row_alias }}.row_version,
        {{ deleted }}.deleted_at < {{ row_alias }}.modified_at,
        false
    )
{%- endmacro %}
