{#- on-run-start: every flag, unknown names given with --vars, and conflicts between flags, all at once and before any
    SQL runs (F1). The same conflicts as settings/flags.py, which a tenant's file meets first. -#}
{% macro check_flags() -%}
    {%- set problems = [] -%}
    {%- for name in flag_rules() if flag_problem(name, var(name)) -%}
        {%- do problems.append('flag ' ~ name ~ ' ' ~ flag_problem(name, var(name))) -%}
    {%- endfor -%}
    {%- for name in invocation_args_dict.get('vars', {}) if name not in flag_rules() -%}
        {%- do problems.append('flag ' ~ name ~ ' ' ~ flag_problem(name, none)) -%}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error(problems | join('; ')) if problems -%}

    {%- set conflicts = [] -%}
    {%- if flag('export_stock_transfers') and not (flag('stock_transfer_from') and flag('stock_transfer_to')) -%}
        {%- do conflicts.append('export_stock_transfers needs stock_transfer_from and stock_transfer_to') -%}
    {%- elif flag('export_stock_transfers') and flag('stock_transfer_from') == flag('stock_transfer_to') -%}
        {%- do conflicts.append('stock_transfer_from and stock_transfer_to are the same warehouse') -%}
    {%- endif -%}
    {%- if flag('unit_filter') and not flag('unit_factors') -%}
        {%- do conflicts.append('unit_filter needs unit_factors') -%}
    {%- endif -%}
    {%- if flag('use_price_lists') and not (flag('price_list_code') or '') | trim -%}
        {%- do conflicts.append('use_price_lists needs price_list_code') -%}
    {%- endif -%}
    {%- for name in ['use_sales_orders_multiple_warehouses', 'use_sales_invoices_multiple_warehouses',
                     'use_buy_orders_multiple_warehouses'] -%}
        {%- if not flag(name) and not (flag('default_warehouse_id') or flag('warehouse_uuid')) -%}
            {%- do conflicts.append(name ~ ' = false needs default_warehouse_id') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do exceptions.raise_compiler_error(conflicts | join('; ')) if conflicts -%}
{%- endmacro %}
