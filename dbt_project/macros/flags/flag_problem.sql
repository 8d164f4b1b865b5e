{#- What is wrong with a flag's value, in words; '' when nothing is. Numbers are checked as numbers: `| float`
    would turn garbage into 0 without a word. -#}
{% macro flag_problem(name, value) -%}
    {%- set rule = flag_rules().get(name) -%}
    {%- if rule is none -%}
        {{ return('is not a flag that exists; check the spelling') }}
    {%- endif -%}
    {%- set kind = rule['kind'] -%}
    {%- if kind == 'boolean' -%}
        {{ return('' if (value is boolean) else 'must be true or false') }}
    {%- elif kind == 'choice' -%}
        {%- set same_type = (value is string) if (rule['choices'][0] is string) else is_whole_number(value) -%}
        {{ return('' if same_type and value in rule['choices'] else 'must be one of ' ~ rule['choices'] | join(', ')) }}
    {%- elif kind == 'percentage' -%}
        {{ return('' if is_whole_number(value) and 0 <= value <= 100 else 'must be a whole number from 0 to 100') }}
    {%- elif kind == 'timezone' -%}
        {{ return('' if value is string and value in modules.pytz.all_timezones_set
                  else 'must be a time zone of the tz database, for example Europe/Amsterdam') }}
    {%- elif value is none -%}
        {{ return('') }}
    {%- elif kind == 'text' -%}
        {{ return('' if (value is string) else 'must be text') }}
    {%- elif kind == 'texts' -%}
        {{ return('' if is_list(value) and value | reject('string') | list | length == 0
                  else 'must be a list of texts') }}
    {%- elif kind == 'date' -%}
        {{ return('' if value is string and modules.re.fullmatch('\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])', value)
                  else 'must be a date such as 2024-03-31') }}
    {%- elif kind == 'guid' -%}
        {{ return('' if value is string and modules.re.fullmatch('[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', value)
                  else 'must be a GUID') }}
    {%- elif kind == 'assortments' -%}
        {{ return(assortments_problem(value)) }}
    {%- else -%}
        {{ return(unit_factors_problem(value)) }}
    {%- endif -%}
{%- endmacro %}


{#- true is a number to Jinja, not to us. -#}
{% macro is_whole_number(value) -%}
    {{ return(value is integer and value is not boolean) }}
{%- endmacro %}


{% macro is_list(value) -%}
    {{ return(value is iterable and value is not string and value is not mapping) }}
{%- endmacro %}


{#- P18: {"Class_01": {"X": "disabled"}}, over Class_01 to Class_10. -#}
{% macro assortments_problem(value) -%}
    {%- if value is not mapping -%}
        {{ return('must map a class, such as Class_01, to its values') }}
    {%- endif -%}
    {%- for class_name, statuses in value.items() -%}
        {%- if class_name is not string or not modules.re.fullmatch('Class_(0[1-9]|10)', class_name) -%}
            {{ return('knows Class_01 to Class_10 only, not ' ~ class_name) }}
        {%- elif statuses is not mapping -%}
            {{ return('must map each value of ' ~ class_name ~ ' to enabled or disabled') }}
        {%- endif -%}
        {%- for code, status in statuses.items() -%}
            {%- if code is not string or status not in ['enabled', 'disabled'] -%}
                {{ return('must map ' ~ class_name ~ ' ' ~ code ~ ' to enabled or disabled, in quotes') }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}


{#- U6: {"gal": {"unit": "ml", "factor": 3750}} or {"gal": 3750}; factors above 0. -#}
{% macro unit_factors_problem(value) -%}
    {%- if value is not mapping -%}
        {{ return('must map a unit code to its factor') }}
    {%- endif -%}
    {%- set seen = [] -%}
    {%- for unit_code, entry in value.items() -%}
        {%- set factor = entry.get('factor') if entry is mapping else entry -%}
        {%- if unit_code is not string -%}
            {{ return('has a unit code that is not text: ' ~ unit_code) }}
        {%- elif factor is boolean or factor is not number or not 0 < factor < 1e12 -%}
            {{ return('needs a number above 0 as the factor of ' ~ unit_code) }}
        {%- elif entry is mapping and entry.get('unit') is not none and entry.get('unit') is not string -%}
            {{ return('needs text as the unit of ' ~ unit_code) }}
        {%- elif entry is mapping and entry | reject('in', ['unit', 'factor']) | list | length > 0 -%}
            {{ return('knows unit and factor only for ' ~ unit_code) }}
        {%- elif unit_code | trim | lower in seen -%}
            {{ return('names ' ~ unit_code ~ ' twice: upper and lower case are the same unit') }}
        {%- endif -%}
        {%- do seen.append(unit_code | trim | lower) -%}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}
