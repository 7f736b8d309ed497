/** Version of the hub that the page was built with. */
declare const HUB_VERSION: string;
